// Jobs of a caller who did not sign in: whoever knows the id of such a job may use it, and nobody is told of it. So that clients
// still have a job list, the ids of the jobs that a client made come back to it in a cookie, and the list shows the jobs
// whose ids it carries. The cookie identifies nobody and opens nothing that the ids in it would not.

export const JOBS_COOKIE = 'skyedge_jobs'

/** The newest ones are kept: a cookie has 4096 bytes at most (RFC 6265 §6.1). */
const MOST = 50
const ID = /^[0-9a-f]{32}$/

/** Of a Cookie header; the newest last. */
export function knownJobs(cookies: string | null | undefined): string[] {
  for (const pair of (cookies ?? '').slice(0, 16_384).split(';')) {
    const [name, value = ''] = pair.split('=', 2).map((part) => part.trim())
    if (name === JOBS_COOKIE) return [...new Set(value.split('.').filter((id) => ID.test(id)))].slice(-MOST)
  }
  return []
}

/** As a Cookie header says it, with one more. */
export const withJob = (known: readonly string[], id: string): string =>
  `${JOBS_COOKIE}=${[...known.filter((other) => other !== id), id].slice(-MOST).join('.')}`

export interface CookiePlace {
  /** Of the job list. */
  readonly path: string
  readonly secure: boolean
}

/** As a Set-Cookie header says it: for this browser session, for this service alone, unseen by scripts. */
export const jobsCookie = (pair: string, { path, secure }: CookiePlace): string =>
  `${pair}; Path=${path}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
