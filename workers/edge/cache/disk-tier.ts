// A tier over a folder of files, by the disk service of plain workerd: the data centre's cache of one's own machine,
// or a region's, on this machine or behind HTTP (workers/region). One file an entry: a head of fixed length, then the
// body, so that a large hit streams from disk to socket and only the head passes through JavaScript.
// workerd renames a written file into place when it is whole: a broken put leaves nothing behind.

import type { CacheName } from '#src/caching'
import { EDGE_HEADER } from '#src/services'
import { hex, sha256 } from '../digest.ts'
import { contentLength, isHeld, type Reply } from '../reply.ts'
import { LARGEST_HELD } from './memory-tier.ts'
import { RecentMap } from './recent-map.ts'
import { type DescribedReply, metaFrom, metaText } from './stored.ts'
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

/** Of an entry whose body is streamed. */
interface LargeHead {
  readonly meta: DescribedReply
  /** The file's Last-Modified: another means that another edge replaced it. */
  readonly written: string
}

/** About 1 kB each. */
const HEADS = 10_000

export class DiskTier implements Tier {
  readonly name: CacheName
  readonly #disk: Pick<Fetcher, 'fetch'>
  readonly #headers: Readonly<Record<string, string>>
  readonly #large = new RecentMap<LargeHead>(HEADS)

  constructor({ name, disk, secret }: DiskTierOptions) {
    this.name = name
    this.#disk = disk
    this.#headers = secret ? { [EDGE_HEADER]: secret } : {}
  }

  async match(key: string): Promise<Reply | undefined> {
    try {
      const file = await fileOf(key)
      const known = this.#large.get(file)
      if (known) return (await this.#body(file, known)) ?? (await this.#read(file))
      return await this.#read(file)
    } catch {
      return undefined
    }
  }

  async #read(file: string): Promise<Reply | undefined> {
    const stored = await this.#disk.fetch(file, { headers: this.#headers })
    const length = contentLength(stored.headers) ?? 0
    if (stored.status !== 200 || stored.body === null || length < HEAD_BYTES) {
      stored.body?.cancel().catch(() => undefined)
      return undefined
    }
    if (length <= HEAD_BYTES + LARGEST_HELD) return whole(stored)
    const reader = stored.body.getReader({ mode: 'byob' })
    const { value } = await reader.readAtLeast(HEAD_BYTES, new Uint8Array(HEAD_BYTES))
    reader.cancel().catch(() => undefined)
    const meta = value && metaFrom(decoder.decode(value))
    if (meta?.size !== length - HEAD_BYTES) return undefined
    const head = { meta, written: stored.headers.get('last-modified') ?? '' }
    this.#large.set(file, head)
    return this.#body(file, head)
  }

  /** The body alone: what JavaScript has not touched goes from disk to socket by workerd's own hands. */
  async #body(file: string, { meta, written }: LargeHead): Promise<Reply | undefined> {
    const headers = { ...this.#headers, range: `bytes=${HEAD_BYTES}-` }
    const { status, headers: told, body } = await this.#disk.fetch(file, { headers })
    if (status === 206 && contentLength(told) === meta.size && (told.get('last-modified') ?? '') === written)
      return { ...meta, body: body as ReadableStream<Uint8Array>, sized: true }
    body?.cancel().catch(() => undefined)
    this.#large.delete(file)
    return undefined
  }

  async put(key: string, reply: Reply): Promise<boolean> {
    try {
      const head = headOf(reply)
      if (!head) return false
      const file = await fileOf(key)
      const body = isHeld(reply) ? joined(head, reply.body) : following(head, reply.body, reply.size as number)
      this.#large.delete(file)
      const { ok } = await this.#disk.fetch(file, { method: 'PUT', body, headers: this.#headers })
      return ok
    } catch {
      return false
    }
  }
}

/**
 * By the hash of the key: none can name a path. In sixteen folders, not 256: ext4 lays each in a part of the disk of its
 * own, where a new file may have to look long for a place (0.5 to 1 ms was measured, which is more than all the rest).
 */
async function fileOf(key: string): Promise<string> {
  const name = hex(await sha256(key), 20)
  return `http://disk/${name.slice(0, 1)}/${name.slice(1)}`
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
