// A check of `skyedge doctor`: what was looked at, how it stands, and what to do about it, in a sentence. A check changes
// nothing.

export type CheckStatus = 'ok' | 'warn' | 'fail'

export interface Check {
  /** `catalogue`, `edge eu`, `clock of the origin` */
  readonly name: string
  readonly status: CheckStatus
  readonly says: string
}

export const ok = (name: string, says: string): Check => ({ name, status: 'ok', says })
export const warn = (name: string, says: string): Check => ({ name, status: 'warn', says })
export const fail = (name: string, says: string): Check => ({ name, status: 'fail', says })

/** Whatever it throws is a failed check, in the first line of its own words. */
export async function tried(name: string, work: () => Promise<Check | Check[]>): Promise<Check[]> {
  try {
    return [await work()].flat()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return [fail(name, message.split('\n')[0].slice(0, 300) || 'cannot be looked at')]
  }
}
