// Bytes of known length as an HTTP answer: validators, conditions, one range, HEAD, lifetimes. Every route that sends
// stored or made bytes goes through here, so all of them honour the same headers.

import type { Context } from 'hono'
import {
  contentRange,
  evaluate,
  type Freshness,
  httpDate,
  parseRange,
  rangeApplies,
  unsatisfiedRange,
  type Validator,
} from '#src/caching'
import { streamed } from './stream.ts'

export interface Entity extends Validator {
  readonly contentType: string
  readonly size: number
  /** Bytes [start, end) of it; asked only when they are wanted, stopped early by the signal (which is made when asked for). */
  open(start: number, end: number, signal: () => AbortSignal): AsyncIterable<Uint8Array> | Uint8Array
  /** Shown when a client saves it. */
  readonly filename?: string
}

/** Answers up to this size are made before their headers are sent: what fails then is an error, not a torn body. */
const MADE_FIRST = 4 << 20
/** Of all such answers that clients have not taken yet: beyond it answers are made as they are taken. */
const MADE_AT_ONCE = 64 << 20
/** Made answers are handed over in pieces of this size; smaller ones are not counted. */
const PIECE = 64 << 10
let waitingBytes = 0

/** Bytes made and not yet taken. */
export const waiting = (): number => waitingBytes

/** 200, 206, 304, 412 or 416. */
export async function answer(c: Context, entity: Entity, { cacheControl, vary }: Freshness): Promise<Response> {
  const header = (name: string) => c.req.header(name)
  c.header('ETag', entity.etag)
  if (entity.lastModifiedMs !== undefined) c.header('Last-Modified', httpDate(entity.lastModifiedMs))
  c.header('Cache-Control', cacheControl)
  for (const name of vary) c.header('Vary', name, { append: true })
  const condition = evaluate(header, entity)
  if (condition === 'not-modified') return c.body(null, 304)
  if (condition === 'precondition-failed') return c.body(null, 412)

  c.header('Accept-Ranges', 'bytes')
  c.header('Content-Type', entity.contentType)
  if (entity.filename) c.header('Content-Disposition', disposition(entity))
  const range = rangeApplies(header, entity) ? parseRange(header('range'), entity.size) : { kind: 'whole' as const }
  if (range.kind === 'unsatisfiable') {
    c.header('Content-Range', unsatisfiedRange(entity.size))
    c.header('Content-Type', 'text/plain; charset=utf-8')
    c.header('Content-Disposition', undefined)
    return c.body(`the range lies outside of ${entity.size} bytes\n`, 416)
  }
  const [start, end] = range.kind === 'part' ? [range.start, range.end] : [0, entity.size]
  if (range.kind === 'part') c.header('Content-Range', contentRange(start, end, entity.size))
  c.header('Content-Length', String(end - start))
  const status = range.kind === 'part' ? 206 : 200
  if (c.req.method === 'HEAD') return c.body(null, status)
  const opened = entity.open(start, end, () => c.req.raw.signal)
  if (opened instanceof Uint8Array) return c.body(opened as Uint8Array<ArrayBuffer>, status)
  const length = end - start
  if (length <= PIECE) return c.body((await collected(opened, length)) as Uint8Array<ArrayBuffer>, status)
  if (length > MADE_FIRST || waitingBytes + length > MADE_AT_ONCE) return c.body(streamed(await begun(opened)), status)
  return c.body(await madeFirst(opened, length), status)
}

/** With the first chunk made: what fails at the start is still an error with a status of its own. */
async function begun(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = chunks[Symbol.asyncIterator]()
  let first: IteratorResult<Uint8Array> | undefined = await iterator.next()
  const next = async () => {
    const step = first ?? (await iterator.next())
    first = undefined
    return step
  }
  const leave = async () => (await iterator.return?.()) ?? { done: true as const, value: undefined }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

/** Whole before the first byte goes out; a client that takes its time holds a share of what all may hold. */
async function madeFirst(chunks: AsyncIterable<Uint8Array>, length: number): Promise<ReadableStream<Uint8Array>> {
  waitingBytes += length
  const taken = async () => {
    waitingBytes -= length
    length = 0
  }
  try {
    return streamed(pieces(await collected(chunks, length)), taken)
  } catch (error) {
    await taken()
    throw error
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.slice(at, at + PIECE)
}

async function collected(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  for await (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** FITS is saved, pictures are shown. */
function disposition({ contentType, filename = '' }: Entity): string {
  const plain = filename.replace(/[^\w.+-]/g, '_')
  return `${/^image\/(?!fits)/.test(contentType) ? 'inline' : 'attachment'}; filename="${plain}"`
}
