// A large object in parts, so that one part at a time is in memory. Until it is completed nothing of it can be seen;
// an upload that fails is aborted, one that was killed is left for the bucket's own rule to clear away.

import { type ObjectBody, type PutOptions, StorageError } from '#src/storage'
import { partsOf } from './body.ts'
import { type S3Wire, textOf } from './s3-wire.ts'

const PART_BYTES = 8 * 2 ** 20
/** S3's own limit. */
const MAX_PARTS = 10_000

export async function uploadInParts(
  wire: S3Wire,
  key: string,
  body: ObjectBody,
  headers: Readonly<Record<string, string>>,
  { signal, onProgress }: PutOptions,
): Promise<{ etag: string }> {
  const started = await wire.send({ method: 'POST', key, query: { uploads: '' }, headers, signal })
  const uploadId = /<UploadId>([^<]{1,1024})<\/UploadId>/.exec(await textOf(started, 65_536))?.[1]
  if (!uploadId) throw new StorageError('unavailable', `${wire.name} began no upload of ${key}`)
  try {
    const tags: string[] = []
    let sent = 0
    const partBytes = Math.max(PART_BYTES, Math.ceil(body.sizeBytes / MAX_PARTS))
    for await (const part of partsOf(body, partBytes, key)) {
      const query = { partNumber: String(tags.length + 1), uploadId }
      const response = await wire.send({ method: 'PUT', key, query, body: part, signal })
      tags.push(response.headers.get('etag') ?? '')
      await response.body?.cancel()
      sent += part.length
      onProgress?.(sent)
    }
    return await complete(wire, key, uploadId, tags, signal)
  } catch (error) {
    await wire.send({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined)
    throw error
  }
}

async function complete(wire: S3Wire, key: string, uploadId: string, tags: readonly string[], signal?: AbortSignal) {
  const parts = tags.map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`)
  const body = new TextEncoder().encode(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)
  const response = await wire.send({ method: 'POST', key, query: { uploadId }, body, signal })
  // It may fail after the status 200 was sent.
  const text = await textOf(response, 65_536)
  const etag = /<ETag>(?:&quot;|&#34;|")([^<"&]{1,100})(?:&quot;|&#34;|")<\/ETag>/.exec(text)?.[1]
  if (!etag) throw new StorageError('unavailable', `${wire.name} did not complete the upload of ${key}`)
  return { etag: `"${etag}"` }
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
