// The wire to an S3 store: each request signed (AWS Signature 4, by aws4fetch), bounded in time, and made again a few
// times when the store is away. Faults come out as StorageError, without any header or address of the request.

import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AwsClient } from 'aws4fetch'
import { checkKey, type FetchObject, faultOf, StorageError } from '#src/storage'
import { type AwsSettings, bucketUrl, type S3Address } from './s3-address.ts'

export interface S3Limits {
  /** Times a request is made in all (default 5); the pauses between double from 0.1 s up to 5 s. */
  readonly attempts?: number
  /** A request may take this long, and a body another second for each 100 kB (default 30 s). */
  readonly timeoutMs?: number
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** '' = the bucket itself. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}

const LONGEST_PAUSE_MS = 5_000

export class S3Wire {
  /** `s3://bucket/prefix` */
  readonly name: string
  readonly #base: string
  readonly #address: S3Address
  readonly #aws: AwsSettings
  readonly #attempts: number
  readonly #timeoutMs: number

  constructor(address: S3Address, aws: AwsSettings, { attempts = 5, timeoutMs = 30_000 }: S3Limits = {}) {
    this.name = `s3://${address.bucket}${address.prefix && `/${address.prefix}`}`
    this.#base = bucketUrl(address, aws)
    this.#address = address
    this.#aws = aws
    this.#attempts = attempts
    this.#timeoutMs = timeoutMs
  }

  /** In the bucket, with the prefix. */
  fullKey(key: string): string {
    const { prefix } = this.#address
    return prefix === '' ? key : `${prefix}/${key}`
  }

  urlOf(key: string): string {
    return key === '' ? `${this.#base}/` : `${this.#base}/${this.fullKey(checkKey(key))}`
  }

  /** For a range source: answers of any status but those that ask to come again later. */
  readonly fetch: FetchObject = (url, { method, headers, signal }) =>
    this.#withRetries(new URL(url).pathname.split('/').pop() ?? '', signal, () =>
      this.#once({ method, url, headers, signal }),
    )

  /** An answer of success; every other is a StorageError. */
  async send(request: S3Request): Promise<Response> {
    const { method, key, query = {}, headers = {}, body, signal } = request
    const search = new URLSearchParams(query).toString()
    const url = this.urlOf(key) + (search && `?${search}`)
    const label = key === '' ? this.name : `${this.name}/${key}`
    const response = await this.#withRetries(label, signal, () => this.#once({ method, url, headers, body, signal }))
    const fault = faultOf(response.status, label)
    if (!fault) return response
    const word = await wordOf(response)
    throw word ? new StorageError(fault.code, `${fault.message}: ${word}`) : fault
  }

  async #withRetries(label: string, signal: AbortSignal | undefined, once: () => Promise<Response>): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      let wait = Math.min(LONGEST_PAUSE_MS, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
      try {
        const response = await once()
        if ((response.status < 500 && response.status !== 429) || attempt >= this.#attempts) return response
        const asked = Number(response.headers.get('retry-after') ?? 'NaN')
        if (asked >= 0) wait = Math.max(wait, Math.min(LONGEST_PAUSE_MS, asked * 1000))
        await response.body?.cancel()
      } catch (cause) {
        if (signal?.aborted || attempt >= this.#attempts)
          throw new StorageError('unavailable', `${label} cannot be reached (tried ${times(attempt)})`, {
            cause: plain(cause),
          })
      }
      await pause(wait, undefined, { signal })
    }
  }

  async #once({ method, url, headers, body, signal }: Omit<S3Request, 'key' | 'query'> & { url: string }) {
    const late = AbortSignal.timeout(this.#timeoutMs + Math.ceil((body?.length ?? 0) / 100))
    const { 'accept-encoding': _, ...signable } = headers ?? {}
    const credentials = this.#aws.credentials()
    const init = {
      method,
      headers: {
        ...signable,
        // Of the body itself: what arrives otherwise is refused by the store.
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      ...(body && { body: body as Uint8Array<ArrayBuffer> }),
    }
    const request = credentials
      ? await new AwsClient({ ...credentials, service: 's3', region: this.#aws.region }).sign(url, init)
      : new Request(url, init)
    // Not signed: those between us and the store may change it.
    request.headers.set('accept-encoding', 'identity')
    return fetch(request, { redirect: 'error', signal: signal ? AbortSignal.any([signal, late]) : late })
  }
}

const times = (attempts: number) => (attempts === 1 ? 'once' : `${attempts} times`)

/** What went wrong, by name and code alone: a cause may hold the request. */
function plain(cause: unknown): Error {
  const { name = 'Error', code, cause: inner } = cause as NodeJS.ErrnoException & { cause?: { code?: string } }
  return new Error([name, code ?? inner?.code].filter((word) => word !== undefined).join(' '))
}

/** The store's own word for it, `NoSuchBucket`: its other words may repeat what was signed. */
async function wordOf(response: Response): Promise<string | undefined> {
  const text = await textOf(response, 65_536).catch(() => '')
  return /<Code>([A-Za-z]{1,60})<\/Code>/.exec(text)?.[1]
}

/** A short document, cut off at `most` bytes. */
export async function textOf(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const piece of response.body ?? []) {
    length += piece.length
    if (length > most) throw new StorageError('unavailable', `a document of the store has more than ${most} bytes`)
    text += decoder.decode(piece, { stream: true })
  }
  return text
}
