// From the text of a query to the bytes of its table: parse -> resolve -> emit -> run. Each arrow but the last is a function
// from value to value; errors are those of their rooms.

import { type Bindings, type DialectName, emit, parseAdql, resolveAdql } from '#src/adql'
import type { Principal } from '#src/rights'
import { rowServices, withDidColumn } from '#src/services'
import type { Info, Table, TableSet } from '#src/votable'
import type { XmlElement } from '#src/xml'
import type { QueryAnswer, QueryRunner, QuerySession, TableFormat } from './query.ts'
import { withUploads } from './uploads.ts'

/** For whom, as seen from where, and when. */
export interface QueryScope {
  readonly principal: Principal
  /** The node's public address: addresses in answers begin with it. */
  readonly base: string
  readonly nowMs: number
}

/** What a query is run against. */
export interface QueryWorld {
  readonly runner: QueryRunner
  readonly dialect: DialectName
  readonly tables: TableSet
  /** The physical tables as this caller may see them. */
  bindings(scope: QueryScope): Bindings
}

export interface UploadedTable {
  /** Without TAP_UPLOAD. */
  readonly name: string
  /** The path of a file. */
  readonly path: string
  readonly mediaType?: string
}

export interface QueryText {
  readonly text: string
  readonly maxrec: number
  readonly format: TableFormat
  readonly uploads?: readonly UploadedTable[]
  readonly infos?: readonly Info[]
  /** RESOURCEs after the table. */
  readonly after?: readonly XmlElement[]
}

export interface RunOptions extends QueryScope {
  readonly signal: AbortSignal
  readonly deadlineMs: number
  /** Nobody waits for it. */
  readonly background?: boolean
}

export interface RunningQuery extends QueryAnswer {
  /** Ends the query, if it still runs; must be called once the body is not needed any more. */
  close(): Promise<void>
}

export async function runAdql(world: QueryWorld, query: QueryText, options: RunOptions): Promise<RunningQuery> {
  // What can be refused without a process is refused before one is asked for.
  const parsed = parseAdql(query.text)
  const { signal, deadlineMs, background } = options
  const uploads = query.uploads ?? []
  const bound = uploads.length === 0 ? resolveAdql(parsed, { tables: world.tables }) : undefined
  const session = await world.runner.session({ signal, deadlineMs, background })
  try {
    const known = bound ?? resolveAdql(parsed, { tables: world.tables, uploads: await uploaded(session, uploads) })
    const sql = emit(known, world.dialect, withUploads(world.dialect, world.bindings(options)), {
      maxrec: query.maxrec,
    })
    const withDid = withDidColumn(known.fields)
    const answer = await session.run({
      sql,
      fields: withDid ?? known.fields,
      maxrec: query.maxrec,
      format: query.format,
      infos: query.infos,
      after: [...(query.after ?? []), ...(withDid ? rowServices(options.base) : [])],
    })
    return { ...answer, body: closing(answer.body, session), close: () => session.close() }
  } catch (error) {
    await session.close()
    throw error
  }
}

async function uploaded(session: QuerySession, uploads: readonly UploadedTable[]): Promise<Table[]> {
  const tables: Table[] = []
  for (const { name, path, mediaType } of uploads) tables.push(await session.upload(name, path, mediaType))
  return tables
}

async function* closing(
  body: AsyncIterable<Uint8Array<ArrayBuffer>>,
  session: QuerySession,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* body
  } finally {
    await session.close()
  }
}
