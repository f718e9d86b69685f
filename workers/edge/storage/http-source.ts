// Objects below an address: a web server over a folder of packs, or a bucket that answers without a signature. What not
// everybody may see must not be open there: the server can ask for the Authorization that the edge sends.

import { httpRangeSource, type RangeSource } from '#src/storage'

/** A read that takes longer is given up, so that its connection is free again. */
const READ_MS = 10_000

/** `base` without a trailing slash. */
export function httpSource(base: string, key: string, authorization?: string): RangeSource {
  return httpRangeSource(`${base}/${key}`, {
    key,
    fetch: (url, { method, headers }) =>
      fetch(url, {
        method,
        headers: authorization ? { ...headers, authorization } : headers,
        // Elsewhere the Authorization has no business.
        redirect: 'manual',
        signal: AbortSignal.timeout(READ_MS),
      }),
  })
}
