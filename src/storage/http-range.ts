// An object behind HTTP, read by Range requests (RFC 9110 §14). Its ETag guards against a change between two reads.

import type { ByteRange, ByteSource, ReadOptions } from './byte-source.ts'
import { StorageError } from './errors.ts'

/** What we use of fetch; the caller hands in the runtime's own. */
export type FetchRange = (
  url: string,
  init: { method: 'GET' | 'HEAD'; headers: Record<string, string>; signal?: AbortSignal },
) => Promise<{
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body?: { cancel(): Promise<void> } | null
  arrayBuffer(): Promise<ArrayBuffer>
}>

export interface HttpRangeOptions {
  readonly fetch: FetchRange
  /** For error messages; default the address without its query. */
  readonly key?: string
  readonly headers?: Record<string, string>
}

export function httpRange(
  url: string,
  { fetch: send, headers = {}, key = url.split('?')[0] }: HttpRangeOptions,
): ByteSource {
  let size: number | undefined
  let etag: string | undefined

  const request = async (method: 'GET' | 'HEAD', more: Record<string, string>, signal?: AbortSignal) => {
    let response: Awaited<ReturnType<FetchRange>>
    try {
      const guard: Record<string, string> = etag ? { 'If-Match': etag } : {}
      response = await send(url, { method, headers: { ...headers, ...guard, ...more }, signal })
    } catch (cause) {
      signal?.throwIfAborted()
      throw new StorageError('unavailable', `${key} cannot be reached`, { cause })
    }
    if (response.status === 404 || response.status === 410) throw new StorageError('absent', `${key} is not there`)
    const seen = response.headers.get('ETag') ?? undefined
    const strong = seen && !seen.startsWith('W/') ? seen : undefined
    if (response.status === 412 || (etag && strong && strong !== etag))
      throw new StorageError('changed', `${key} was replaced since it was opened`)
    etag ??= strong
    return response
  }

  return {
    key,
    async size() {
      if (size !== undefined) return size
      const response = await request('HEAD', {})
      const length = Number(response.headers.get('Content-Length') ?? Number.NaN)
      if (response.status !== 200 || !Number.isSafeInteger(length))
        throw new StorageError('unavailable', `${key} does not tell its length (status ${response.status})`)
      size = length
      return length
    },
    async read({ offset, length }: ByteRange, { signal }: ReadOptions = {}) {
      if (length <= 0) return new Uint8Array(0)
      const response = await request('GET', { Range: `bytes=${offset}-${offset + length - 1}` }, signal)
      if (response.status === 416) return new Uint8Array(0)
      if (response.status !== 206) {
        await response.body?.cancel()
        throw new StorageError('unavailable', `${key} does not answer by range (status ${response.status})`)
      }
      const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('Content-Range') ?? '')
      if (!range || Number(range[1]) !== offset)
        throw new StorageError('unavailable', `${key} answers with another range than asked`)
      if (range[3] !== '*') size ??= Number(range[3])
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (bytes.length > length) throw new StorageError('unavailable', `${key} answers with more bytes than asked`)
      return bytes
    },
  }
}
