// A tier over a folder of files, by the disk service of plain workerd: the data centre's cache of one's own machine,
// or a region's, on this machine or behind HTTP (workers/region). One file an entry: a head of fixed length, then the
// body, so that a large hit streams from disk to socket and only the head passes through JavaScript.
// workerd renames a written file into place when it is whole: a broken put leaves nothing behind.

import type { CacheName } from '#src/caching'
import { EDGE_HEADER } from '#src/services'
import { contentLength, isHeld, type Reply } from '../reply.ts'
import { LARGEST_HELD } from './memory-tier.ts'
import { metaFrom, metaText } from './stored.ts'
import type { Tier } from './tier.ts'

const HEAD_BYTES = 4096
const SPACE = 0x20
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface DiskTierOptions {
  readonly name: CacheName
  readonly disk: Pick<Fetcher, 'fetch'>
  /** Known to a region's service on another machine. */
  readonly secret?: string
}

export class DiskTier implements Tier {
  readonly name: CacheName
  readonly #disk: Pick<Fetcher, 'fetch'>
  readonly #headers: Readonly<Record<string, string>>

  constructor({ name, disk, secret }: DiskTierOptions) {
    this.name = name
    this.#disk = disk
    this.#headers = secret ? { [EDGE_HEADER]: secret } : {}
  }

  async match(key: string): Promise<Reply | undefined> {
    try {
      const stored = await this.#disk.fetch(await fileOf(key), { headers: this.#headers })
      const length = contentLength(stored.headers) ?? 0
      if (stored.status !== 200 || stored.body === null || length < HEAD_BYTES) {
        stored.body?.cancel().catch(() => undefined)
        return undefined
      }
      return await (length <= HEAD_BYTES + LARGEST_HELD ? whole(stored) : streamed(stored.body, length))
    } catch {
      return undefined
    }
  }

  async put(key: string, reply: Reply): Promise<boolean> {
    try {
      const head = headOf(reply)
      if (!head) return false
      const file = await fileOf(key)
      const body = isHeld(reply) ? joined(head, reply.body) : following(head, reply.body, reply.size as number)
      const { ok } = await this.#disk.fetch(file, { method: 'PUT', body, headers: this.#headers })
      return ok
    } catch {
      return false
    }
  }
}

/** By the hash of the key: none can name a path. */
async function fileOf(key: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(key)))
  let name = ''
  for (let i = 0; i < 20; i++) name += (digest[i] + 256).toString(16).slice(1)
  return `http://disk/${name.slice(0, 2)}/${name.slice(2)}`
}

function headOf(reply: Reply): Uint8Array<ArrayBuffer> | undefined {
  const meta = metaText(reply)
  if (meta === undefined || meta.length > HEAD_BYTES) return undefined
  const head = new Uint8Array(HEAD_BYTES).fill(SPACE)
  encoder.encodeInto(meta, head)
  return head
}

function joined(head: Uint8Array, body: ArrayBuffer): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(HEAD_BYTES + body.byteLength)
  file.set(head)
  file.set(new Uint8Array(body), HEAD_BYTES)
  return file
}

/** The head, then the stream by workerd's own hands; one that ends early breaks the put. */
function following(head: Uint8Array, body: ReadableStream<Uint8Array>, size: number): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(HEAD_BYTES + size)
  const writer = writable.getWriter()
  writer
    .write(head)
    .then(() => {
      writer.releaseLock()
      return body.pipeTo(writable)
    })
    .catch(() => undefined)
  return readable
}

async function whole(stored: Response): Promise<Reply | undefined> {
  const file = await stored.arrayBuffer()
  const meta = metaFrom(decoder.decode(new Uint8Array(file, 0, Math.min(HEAD_BYTES, file.byteLength))))
  if (meta?.size !== file.byteLength - HEAD_BYTES) return undefined
  return { ...meta, body: file.slice(HEAD_BYTES) }
}

async function streamed(body: ReadableStream<Uint8Array>, length: number): Promise<Reply | undefined> {
  const reader = body.getReader({ mode: 'byob' })
  const { value } = await reader.readAtLeast(HEAD_BYTES, new Uint8Array(HEAD_BYTES))
  reader.releaseLock()
  const meta = value && metaFrom(decoder.decode(value))
  if (meta && meta.size === length - HEAD_BYTES) return { ...meta, body }
  await body.cancel()
  return undefined
}
