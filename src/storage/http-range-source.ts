// An object behind HTTP as a range source (RFC 9110 §8.8.3, §14): every read checks status, ETag, Content-Range and
// the length of what came. No more than what was asked for is ever held, whatever the server sends.

import { StorageError } from './errors.ts'
import type { RangeReadOptions, RangeSource } from './range-source.ts'

/** What we use of fetch; the caller hands in the runtime's own, with its limits of time and its signature. */
export type FetchObject = (
  url: string,
  init: { method: 'GET' | 'HEAD'; headers: Record<string, string>; signal?: AbortSignal },
) => Promise<ObjectResponse>

export interface ObjectResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: BodyStream | null
}

interface BodyStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array }>
    cancel(): Promise<void>
  }
  cancel(): Promise<void>
}

export interface HttpRangeSourceOptions {
  readonly fetch: FetchObject
  /** For messages; default the address without its query. */
  readonly key?: string
}

export function httpRangeSource(
  url: string,
  { fetch: send, key = url.split('?')[0] }: HttpRangeSourceOptions,
): RangeSource {
  let seen: string | undefined

  const request = async (method: 'GET' | 'HEAD', more: Record<string, string>, signal?: AbortSignal) => {
    let response: ObjectResponse
    try {
      // Ranges are of the bytes as they are stored: no coding may come between.
      response = await send(url, { method, headers: { 'accept-encoding': 'identity', ...more }, signal })
    } catch (cause) {
      if (cause instanceof StorageError) throw cause
      throw new StorageError('unavailable', `${key} cannot be reached`, { cause })
    }
    const fault = faultOf(response.status, key)
    if (fault) {
      await response.body?.cancel().catch(() => undefined)
      throw fault
    }
    return response
  }

  const tagOf = async ({ headers, body }: ObjectResponse) => {
    const etag = headers.get('etag') ?? ''
    if (/^"[\x21\x23-\x7e]*"$/.test(etag)) return etag
    await body?.cancel().catch(() => undefined)
    throw new StorageError('unavailable', `${key} has no strong ETag, so a change of it could not be seen`)
  }

  return {
    key,
    get etag() {
      return seen ?? request('HEAD', {}).then(tagOf)
    },
    async read(start, end, { ifMatch, signal }: RangeReadOptions = {}) {
      if (end <= start) return new Uint8Array(0)
      const guard: Record<string, string> = ifMatch ? { 'if-match': ifMatch } : {}
      const response = await request('GET', { range: `bytes=${start}-${end - 1}`, ...guard }, signal)
      const refuse = async (error: StorageError) => {
        await response.body?.cancel().catch(() => undefined)
        return error
      }
      // The range begins behind the end.
      if (response.status === 416) {
        await response.body?.cancel().catch(() => undefined)
        return new Uint8Array(0)
      }
      const etag = await tagOf(response)
      if (ifMatch && etag !== ifMatch) throw await refuse(changed(key))
      if (response.status !== 206)
        throw await refuse(
          new StorageError('unavailable', `${key} does not answer by range (status ${response.status})`),
        )
      const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '')
      const [first, last, size] = (range ?? []).slice(1).map(Number)
      if (!range || first !== start || last !== Math.min(end, size) - 1)
        throw await refuse(new StorageError('short', `${key} answers with another range than asked`))
      if (!ifMatch) seen = etag
      return readExactly(response.body, last + 1 - start, key)
    },
  }
}

const changed = (key: string) => new StorageError('changed', `${key} was replaced since it was opened`)

/** What a store says by its status, where that is no answer. */
export function faultOf(status: number, key: string): StorageError | undefined {
  if (status === 404 || status === 410) return new StorageError('absent', `${key} is not there`)
  if (status === 412) return changed(key)
  if (status === 401 || status === 403) return new StorageError('denied', `${key} may not be read (status ${status})`)
  if (status === 416 || (status >= 200 && status < 300)) return undefined
  return new StorageError('unavailable', `${key} cannot be read now (status ${status})`)
}

/** The whole body, which must be of this length: more is cut off at once, less is an error too. */
export async function readExactly(body: BodyStream | null, length: number, key: string): Promise<Uint8Array> {
  const wrong = (got: string) => new StorageError('short', `${key} sent ${got} bytes, expected ${length}`)
  const out = new Uint8Array(length)
  let filled = 0
  const reader = body?.getReader()
  while (reader) {
    let piece: Uint8Array | undefined
    try {
      piece = (await reader.read()).value
    } catch (cause) {
      throw new StorageError('unavailable', `${key} broke off after ${filled} of ${length} bytes`, { cause })
    }
    if (!piece) break
    if (filled + piece.length > length) {
      reader.cancel().catch(() => undefined)
      throw wrong(`more than ${length}`)
    }
    out.set(piece, filled)
    filled += piece.length
  }
  if (filled < length) throw wrong(String(filled))
  return out
}
