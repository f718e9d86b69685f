// multipart/form-data as a stream (RFC 7578, RFC 2046 §5.1): values are gathered, files are handed over as they come, one after
// the other, in the order of the body. Every size is bounded before it is held. DALI 1.2 §4.4.5: files of UPLOAD=name,param:part.

import { DaliError, quoted, usageError } from './fault.ts'

export interface FilePart {
  /** The part's name: what `UPLOAD=table,param:name` refers to. */
  readonly name: string
  readonly filename?: string
  /** As it was sent; `application/octet-stream` where nothing was. */
  readonly mediaType: string
  /** To be read at most once, before the handler returns. What it leaves is skipped. Throws DaliError beyond the limit. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface MultipartLimits {
  /** All values together, bytes. */
  readonly valueBytes: number
  /** One file, bytes. */
  readonly fileBytes: number
  readonly files: number
  readonly parts: number
}

export type FileHandler = (part: FilePart) => Promise<void> | void

const HEADER_BYTES = 8192
const CR = 13

/** The boundary of a Content-Type; throws when there is none. */
export function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType)
  const boundary = match?.[1] ?? match?.[2]
  if (boundary === undefined) throw usageError('multipart/form-data needs a boundary of 1 to 70 characters')
  return boundary
}

/** The values, in order. Files without a handler are refused. */
export async function readMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: MultipartLimits,
  onFile?: FileHandler,
): Promise<[string, string][]> {
  const reader = new PartReader(body, boundary)
  const pairs: [string, string][] = []
  let left = limits.valueBytes
  let files = 0
  let parts = 0
  while (await reader.nextPart()) {
    if (++parts > limits.parts) throw usageError(`the form has more than ${limits.parts} parts`)
    const { name, filename, mediaType } = headersOf(await reader.headers())
    // STILTS names no file but gives a media type; browsers and pyvo name one.
    if (filename === undefined && /^text\/plain\b/i.test(mediaType ?? 'text/plain')) {
      const value = await gathered(reader.content(), left, limits.valueBytes)
      left -= value.byteLength
      pairs.push([name, decode(value, name)])
      continue
    }
    if (!onFile) throw usageError(`${quoted(name)} is a file; nothing can be uploaded here`, 'UPLOAD')
    if (++files > limits.files) throw usageError(`at most ${limits.files} files are taken`, 'UPLOAD')
    const content = bounded(reader.content(), limits.fileBytes, name)
    await onFile({ name, filename, mediaType: mediaType ?? 'application/octet-stream', body: content })
    for await (const _ of content);
  }
  return pairs
}

async function* bounded(body: AsyncIterable<Uint8Array>, most: number, name: string): AsyncGenerator<Uint8Array> {
  let total = 0
  for await (const chunk of body) {
    total += chunk.byteLength
    if (total > most)
      throw new DaliError('too-large', `the file ${quoted(name)} has more than ${most} bytes`, { parameter: 'UPLOAD' })
    yield chunk
  }
}

async function gathered(body: AsyncIterable<Uint8Array>, most: number, limit: number): Promise<Uint8Array> {
  const bytes = new Bytes()
  for await (const chunk of body) {
    if (bytes.length + chunk.byteLength > most) throw new DaliError('too-large', `a form may have ${limit} bytes`)
    bytes.push(chunk)
  }
  return bytes.take(bytes.length)
}

function decode(value: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(value)
  } catch (cause) {
    throw new DaliError('usage', `the value of ${quoted(name)} is not UTF-8`, { cause })
  }
}

interface PartHeaders {
  readonly name: string
  readonly filename?: string
  readonly mediaType?: string
}

function headersOf(text: string): PartHeaders {
  const header = (name: string) =>
    new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'im').exec(
      text.replace(/\r\n[ \t]+/g, ' ').replaceAll('\r\n', '\n'),
    )?.[1]
  const disposition = header('content-disposition') ?? ''
  const name = attribute(disposition, 'name')
  if (!/^form-data\b/i.test(disposition) || name === undefined) throw usageError('a part of the form has no name')
  const filename = attribute(disposition, 'filename') ?? attribute(disposition, 'filename\\*')
  return { name, filename, mediaType: header('content-type')?.trim() || undefined }
}

function attribute(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s"]+))`, 'i').exec(disposition)
  return match?.[1]?.replace(/\\(["\\])/g, '$1') ?? match?.[2]
}

/** Bytes that came and are not yet used. */
class Bytes {
  #held: Uint8Array = new Uint8Array(0)
  get length(): number {
    return this.#held.length
  }
  get view(): Uint8Array {
    return this.#held
  }
  push(chunk: Uint8Array): void {
    if (this.#held.length === 0) {
      this.#held = chunk
      return
    }
    const joined = new Uint8Array(this.#held.length + chunk.length)
    joined.set(this.#held)
    joined.set(chunk, this.#held.length)
    this.#held = joined
  }
  take(length: number): Uint8Array {
    const taken = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return taken
  }
}

class PartReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Uint8Array
  readonly #bytes = new Bytes()

  constructor(body: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = body[Symbol.asyncIterator]()
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
    // The first boundary has no line end before it: with this one they are all alike.
    this.#bytes.push(new Uint8Array([CR, 10]))
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#source.next()
    if (done) throw usageError('the form ends before its last boundary')
    this.#bytes.push(value)
  }

  /** Skips to the next boundary; false after the last one. */
  async nextPart(): Promise<boolean> {
    // Before the first boundary there may be a preamble; what follows a part was read with it.
    let skipped = 0
    for await (const { byteLength } of this.content())
      if ((skipped += byteLength) > HEADER_BYTES) throw usageError('the body does not hold the boundary of its form')
    while (this.#bytes.length < this.#delimiter.length + 2) await this.#more()
    this.#bytes.take(this.#delimiter.length)
    const [first, second] = this.#bytes.take(2)
    if (first === 45 && second === 45) return false
    if (first !== CR || second !== 10) throw usageError('a boundary of the form is no line of its own')
    return true
  }

  async headers(): Promise<string> {
    for (;;) {
      const text = new TextDecoder('utf-8').decode(this.#bytes.view.subarray(0, HEADER_BYTES))
      const end = text.indexOf('\r\n\r\n')
      if (end >= 0) {
        this.#bytes.take(new TextEncoder().encode(text.slice(0, end)).length + 4)
        return text.slice(0, end)
      }
      if (this.#bytes.length >= HEADER_BYTES) throw usageError('the headers of a part of the form are too long')
      await this.#more()
    }
  }

  /** Up to the next boundary, which stays. */
  async *content(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { at, whole } = this.#find()
      if (at > 0) yield this.#bytes.take(at)
      if (whole) return
      await this.#more()
    }
  }

  /** Where the boundary begins, or may begin: what stands before is content. */
  #find(): { at: number; whole: boolean } {
    const { view } = this.#bytes
    for (let at = view.indexOf(CR); at >= 0; at = view.indexOf(CR, at + 1)) {
      let same = 1
      while (same < this.#delimiter.length && view[at + same] === this.#delimiter[same]) same++
      if (same === this.#delimiter.length) return { at, whole: true }
      if (at + same === view.length) return { at, whole: false }
    }
    return { at: view.length, whole: false }
  }
}
