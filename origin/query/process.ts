// The body of a query process: takes orders from its parent, runs one at a time, answers in frames (frames.ts). It is
// killed without warning when a query must end, so it keeps nothing that must survive.

import { flushCompileCache } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { ChildStore, RowTarget } from './child-store.ts'
import { QueryError } from './errors.ts'
import { closable, formatWriter } from './formats/writer.ts'
import { FRAME, writeFrame, writeJson } from './frames.ts'
import type { EndSaid, ErrorSaid, Order, ProcessLimits, RunOrder } from './orders.ts'
import type { Store } from './query.ts'

/** Bytes that go out together, and how long a slow query's rows may wait for company, ms. */
const FLUSH_BYTES = 65536
const FLUSH_MS = 250

let store: ChildStore | undefined
let limits: ProcessLimits | undefined

async function openStore(opened: Store, given: ProcessLimits): Promise<ChildStore> {
  if (opened.kind === 'sqlite') return (await import('./sqlite-child.ts')).openSqlite(opened.path, given)
  return (await import('./postgres-child.ts')).openPostgres(opened.url, given)
}

async function run({ query, deadlineMs, background }: RunOrder): Promise<void> {
  const writer = formatWriter(query, limits!, store!.copies)
  let rows = 0
  let overflow = false
  let sent = false
  let flushed = performance.now()
  const flush = () => {
    const { whole } = writer
    const bytes = writer.take()
    if (bytes.length > 0) writeFrame(whole ? FRAME.rows : FRAME.part, bytes)
    sent ||= bytes.length > 0
    flushed = performance.now()
  }
  const flushIfDue = () => {
    const full = writer.pending >= FLUSH_BYTES
    if (!full && ((rows & 15) !== 0 || writer.pending === 0 || performance.now() - flushed <= FLUSH_MS)) return
    // Of a base64 stream only some rows end where a tail may follow: wait for one of those, but not for ever.
    if (writer.whole || writer.pending >= 8 * FLUSH_BYTES) flush()
  }
  const target: RowTarget = {
    row(cells) {
      overflow = rows >= query.maxrec
      if (overflow) return false
      writer.row(cells)
      rows++
      flushIfDue()
      return true
    },
  }
  if (writer.lines)
    target.lines = (bytes) => {
      const most = query.maxrec - rows
      rows += writer.lines!(bytes, most)
      overflow = rows >= query.maxrec && linesIn(bytes, most + 1) > most
      flushIfDue()
      return !overflow
    }
  try {
    await store!.rows(query, { deadlineMs, background }, target)
    if (writer.rest) {
      for (const bytes of writer.rest({ overflow })) writeFrame(FRAME.part, bytes)
    } else {
      writeFrame(FRAME.part, writer.finish({ overflow }))
    }
    writeJson(FRAME.end, { rows, overflow } satisfies EndSaid)
  } catch (error) {
    const said = errorSaid(error)
    if (sent && closable(query.format)) writeFrame(FRAME.part, writer.finish({ error: said.message }))
    writeJson(FRAME.error, said)
  } finally {
    writer.discard?.()
  }
}

/** Lines of a piece, counted up to a number. */
function linesIn(bytes: Uint8Array, most: number): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at >= 0 && lines < most; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}

function errorSaid(error: unknown): ErrorSaid {
  if (error instanceof QueryError) return { code: error.code, message: error.message, detail: error.detail }
  const { name, message, stack } = error as Error
  if (name === 'VotableError') return { code: 'failed', message }
  return { code: 'failed', message: 'the query could not be run', detail: stack ?? String(error) }
}

async function follow(order: Order): Promise<void> {
  if (order.kind === 'open') {
    limits = order.limits
    store = await openStore(order.store, order.limits)
    writeJson(FRAME.ready, store.said)
    // Not at its end: it is killed.
    flushCompileCache()
  } else if (order.kind === 'run') await run(order)
  else if (order.kind === 'upload') {
    try {
      writeJson(FRAME.table, await store!.upload(order.name, order.path, order.limits))
    } catch (error) {
      writeJson(FRAME.error, errorSaid(error))
    }
  } else await store!.reset()
}

let last: Promise<void> = Promise.resolve()
process.on('message', (order: Order) => {
  last = last
    .then(() => follow(order))
    .catch((error) => {
      writeJson(FRAME.error, { code: 'unavailable', message: 'the database cannot be reached', detail: String(error) })
      process.exit(1)
    })
})
process.on('disconnect', () => process.exit(0))
new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: { parent: process.ppid } }).unref()
