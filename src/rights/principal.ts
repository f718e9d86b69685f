// Who asks, once the token is verified. Everything behind the door sees this and never the token.

export interface Principal {
  /** The user's name; absent for an anonymous caller. */
  readonly sub?: string
  /** Coarse permissions of the token, e.g. `read:image`. */
  readonly scopes: readonly string[]
  readonly groups: readonly string[]
  /** Data releases whose proprietary products this user may see, e.g. `dr1`. */
  readonly dataRights: readonly string[]
  /** When the token ends, Unix milliseconds. */
  readonly expiresAtMs?: number
}

export const ANONYMOUS: Principal = Object.freeze({ scopes: [], groups: [], dataRights: [] })

export const isAnonymous = (principal: Principal): boolean => principal.sub === undefined
