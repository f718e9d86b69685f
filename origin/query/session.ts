// One client's use of a query process: uploads, then queries, one after the other. Whatever is still running when the
// time is over, the client gone or the session closed is ended by killing the process.

import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Table } from '#src/votable'
import { QueryError } from './errors.ts'
import { closable, closing } from './formats/writer.ts'
import { FRAME, type Frame, readJson } from './frames.ts'
import type { EndSaid } from './orders.ts'
import type { Query, QueryAnswer, QuerySession, UploadLimits } from './query.ts'
import type { QueryProcess } from './query-process.ts'

export interface SessionParts {
  readonly process: QueryProcess
  readonly signal: AbortSignal
  readonly deadlineMs: number
  /** Nobody waits for it. */
  readonly background: boolean
  readonly uploads: UploadLimits
  readonly tempFolder: string
  readonly onClose: () => void
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void
}

export class Session implements QuerySession {
  readonly #parts: SessionParts
  readonly #until: number
  readonly #timer: NodeJS.Timeout
  readonly #onAbort: () => void
  /** An order was given whose answer has not been read to its end. */
  #running = false
  #uploaded = false
  #closed = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { process, signal, deadlineMs } = parts
    this.#until = performance.now() + deadlineMs
    const seconds = Math.max(1, Math.round(deadlineMs / 1000))
    this.#timer = setTimeout(() => process.kill('timeout', `the query took longer than ${seconds} s`), deadlineMs)
    this.#onAbort = () => process.kill('aborted', 'the query was stopped')
    signal.addEventListener('abort', this.#onAbort)
    if (signal.aborted) this.#onAbort()
  }

  async upload(name: string, body: string | AsyncIterable<Uint8Array>): Promise<Table> {
    const { process, uploads } = this.#parts
    const spooled = typeof body === 'string' ? undefined : await this.#spool(body)
    try {
      this.#begin()
      this.#uploaded = true
      process.order({ kind: 'upload', name, path: spooled ?? (body as string), limits: uploads })
      return readJson<Table>(await process.next())
    } finally {
      this.#running = false
      if (spooled) await rm(spooled, { force: true })
    }
  }

  async run(query: Query): Promise<QueryAnswer> {
    const { process, log, background } = this.#parts
    this.#begin()
    const deadlineMs = Math.max(1, Math.round(this.#until - performance.now()))
    process.order({ kind: 'run', query, deadlineMs, background })
    let first: Frame
    try {
      first = await process.next()
    } catch (error) {
      this.#running = false
      const { code, message, detail } = error as QueryError
      if (detail !== undefined) log('query-failed', { code, message, detail })
      throw error
    }
    const { promise: outcome, resolve, reject } = Promise.withResolvers<EndSaid>()
    outcome.catch(() => {})
    const body = this.#body(query, first, resolve, reject)
    return { body, outcome }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const { process, signal, onClose } = this.#parts
    clearTimeout(this.#timer)
    signal.removeEventListener('abort', this.#onAbort)
    if (this.#running) process.kill('aborted', 'the query was stopped')
    else if (this.#uploaded) process.order({ kind: 'reset' })
    onClose()
  }

  #begin(): void {
    const { reason } = this.#parts.process
    if (reason) throw reason
    if (this.#closed || this.#running) throw new QueryError('failed', 'a session runs one query at a time')
    this.#running = true
  }

  async *#body(
    query: Query,
    first: Frame,
    resolve: (said: EndSaid) => void,
    reject: (error: unknown) => void,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { process, log } = this.#parts
    let said = false
    /** What was handed on ends with a whole row. */
    let whole = false
    try {
      let frame = first
      for (; frame.kind !== FRAME.end; frame = await process.next()) {
        if (frame.kind !== FRAME.rows && frame.kind !== FRAME.part) throw new QueryError('failed', 'internal error')
        whole = frame.kind === FRAME.rows
        process.standsSinceMs = performance.now()
        yield frame.bytes
        process.standsSinceMs = undefined
      }
      said = true
      resolve(readJson<EndSaid>(frame))
    } catch (error) {
      said = true
      reject(error)
      const { code, message, detail } = error as QueryError
      log('query-broke-off', { code, message, detail })
      if (!closable(query.format)) throw error
      // A process that could say so itself has closed the document.
      if (process.reason && whole) yield closing(query, message)
      else if (process.reason) throw error
    } finally {
      process.standsSinceMs = undefined
      if (!said) {
        const error = new QueryError('aborted', 'the query was stopped')
        process.kill('aborted', error.message)
        reject(error)
      }
      this.#running = false
    }
  }

  async #spool(body: AsyncIterable<Uint8Array>): Promise<string> {
    const { tempFolder, uploads, signal } = this.#parts
    const path = join(tempFolder, `upload-${randomUUID()}`)
    let bytes = 0
    async function* bounded() {
      for await (const piece of body) {
        bytes += piece.length
        if (bytes > uploads.bytes)
          throw new QueryError('too-large', `an upload has at most ${uploads.bytes} bytes, this one has more`)
        yield piece
      }
    }
    try {
      await pipeline(bounded, createWriteStream(path, { mode: 0o600 }), { signal })
      return path
    } catch (error) {
      await rm(path, { force: true })
      if (signal.aborted) throw new QueryError('aborted', 'the query was stopped')
      throw error
    }
  }
}
