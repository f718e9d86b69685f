// What a product or a map says about who may see it. All times are Unix milliseconds.

export interface ProductRights {
  /** `public`: everybody; `proprietary`: holders of data rights for `release`; `level3`: owner, named users, groups. */
  readonly access: 'public' | 'proprietary' | 'level3'
  readonly release: string
  /** From this moment everybody may see it, whatever `access` says. With `public` access: not before this moment. */
  readonly publicFromMs?: number
  /** Until this moment nobody may see it, whatever else is said here. */
  readonly embargoUntilMs?: number
  readonly owner?: string
  readonly users?: readonly string[]
  readonly groups?: readonly string[]
}
