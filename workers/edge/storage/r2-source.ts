// An object of an R2 bucket, read by range under its ETag: R2 answers without a body where the tag is another one.

import { type RangeSource, readExactly, StorageError } from '#src/storage'

export function r2Source(bucket: R2Bucket, key: string): RangeSource {
  let seen: string | undefined
  const unavailable = (cause: unknown) => new StorageError('unavailable', `${key} cannot be read now`, { cause })
  const absent = () => new StorageError('absent', `${key} is not there`)

  const look = async () => {
    const head = await bucket.head(key).catch((cause) => {
      throw unavailable(cause)
    })
    if (!head) throw absent()
    return head.httpEtag
  }

  return {
    key,
    get etag() {
      return seen ?? look()
    },
    async read(start, end, { ifMatch } = {}) {
      if (end <= start) return new Uint8Array(0)
      const found = await bucket
        .get(key, {
          range: { offset: start, length: end - start },
          // R2 takes the tag without its quotes.
          ...(ifMatch && { onlyIf: { etagMatches: ifMatch.slice(1, -1) } }),
        })
        .catch((cause) => {
          throw unavailable(cause)
        })
      if (!found) throw absent()
      const body = 'body' in found ? found.body : undefined
      if (!body || (ifMatch && found.httpEtag !== ifMatch)) {
        body?.cancel().catch(() => undefined)
        throw new StorageError('changed', `${key} was replaced since it was opened`)
      }
      if (!ifMatch) seen = found.httpEtag
      return readExactly(body, Math.max(0, Math.min(end, found.size) - start), key)
    },
  }
}
