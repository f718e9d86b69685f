// SIA 2.0 at /sia/query: parameters to ADQL, then the same run as TAP. Uploaded tables of positions are read by a query process,
// as any upload is, and come back as regions. Errors are VOTables, or plain text where a text format was asked for.

import { type Context, Hono } from 'hono'
import { AdqlError } from '#src/adql'
import { DaliError, quoted } from '#src/dali'
import { readPublisherDid } from '#src/obscore'
import {
  type Position,
  parseSia,
  positionsOf,
  SIA_STANDARD,
  SIA_UPLOAD,
  type SiaRequest,
  type SiaValues,
  siaAdql,
  siaDescriptor,
} from '#src/services'
import type { JobAttachment } from '#src/uws'
import type { Cell, Field } from '#src/votable'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { pairsAndFiles } from '../form.ts'
import { publicBase } from '../middleware.ts'
import { type QueryText, type RunOptions, runAdql } from '../query/run.ts'
import { uploadsFor } from '../query/tap-job.ts'
import { sendTable } from '../send-table.ts'

type C = Context<OriginEnv>

const DEADLINE_MS = 60_000
const TOO_MUCH: ReadonlySet<string> = new Set(['too-long', 'too-many', 'too-deep'])
const TEXT_FORMATS = new Set(['csv', 'tsv'])
const FORM = { fileBytes: SIA_UPLOAD.bytes, files: SIA_UPLOAD.tables }

export function siaRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const { jobs, queries, catalog, clock } = deps

  /** `files` lie in the folder of `id`. */
  async function positions(request: SiaRequest, id: string, files: readonly JobAttachment[], scope: RunOptions) {
    const { principal, base } = scope
    const sources = { folder: id, attachments: files, principal, base, jobs }
    const uploads = await uploadsFor(request.uploads, sources)
    for (const { name } of files)
      if (!request.uploads.some(({ part }) => part === name))
        throw new DaliError('usage', `the file ${quoted(name)} is named by no UPLOAD`, { parameter: 'UPLOAD' })
    const found: Position[] = []
    for (const upload of uploads) {
      const text = `SELECT * FROM TAP_UPLOAD.${upload.name}`
      const query = { text, maxrec: SIA_UPLOAD.rows + 1, format: 'json', uploads: [upload] } as const
      const { metadata, data } = await table(query, scope)
      found.push(...positionsOf(upload.name, metadata, data))
      if (found.length > SIA_UPLOAD.rows)
        throw new DaliError('usage', `more than ${SIA_UPLOAD.rows} positions are uploaded`, { parameter: 'UPLOAD' })
    }
    if (request.uploads.length > 0 && found.length === 0)
      throw new DaliError('usage', 'there is no position in what is uploaded', { parameter: 'UPLOAD' })
    return found
  }

  /** A small answer as a whole. */
  async function table(query: QueryText, scope: RunOptions): Promise<{ metadata: Field[]; data: Cell[][] }> {
    const running = await runAdql(queries, query, scope)
    try {
      const chunks: Uint8Array[] = []
      for await (const chunk of running.body) chunks.push(chunk)
      await running.outcome
      return JSON.parse(Buffer.concat(chunks).toString('utf8'))
    } finally {
      await running.close()
    }
  }

  /** The catalogue's spelling of the identifiers that it knows. */
  async function knownIds(ids: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    for (const id of new Set(ids)) {
      const product = await catalog.product(readPublisherDid(id) ?? id)
      if (product) found.set(id, product.publisherDid)
    }
    return found
  }

  /** What is in the table now, for the description that MAXREC=0 asks for (SIA 2.0 §2.1.18). */
  async function values(scope: RunOptions): Promise<SiaValues> {
    const columns = {
      COLLECTION: 'obs_collection',
      FACILITY: 'facility_name',
      INSTRUMENT: 'instrument_name',
      DPTYPE: 'dataproduct_type',
      CALIB: 'calib_level',
    }
    const text = `SELECT DISTINCT ${Object.values(columns).join(', ')} FROM ivoa.ObsCore`
    const { data } = await table({ text, maxrec: MOST_VALUES, format: 'json' }, scope)
    const entries = Object.keys(columns).map((name, i) => {
      const found = new Set(data.map((row) => row[i]).filter((cell) => cell !== null))
      return [name, [...found].map(String).sort()] as const
    })
    return Object.fromEntries(entries)
  }

  async function query(c: C, id: string): Promise<Response> {
    const leave = () => jobs.files.remove(id)
    try {
      const { pairs, files } = await pairsAndFiles(c, { files: jobs.files, id, limits: FORM })
      // Of the last word on the format, so that an error in another parameter is in the right style.
      const asked = pairs.findLast(([name]) => name.toUpperCase() === 'RESPONSEFORMAT')?.[1] ?? ''
      if (/^(?:csv|tsv|text\/(?:csv|tab-separated-values))\b/i.test(asked.trim())) c.set('faultStyle', 'text')
      const request = parseSia(pairs)
      c.set('runId', request.runId)
      if (TEXT_FORMATS.has(request.format.kind)) c.set('faultStyle', 'text')
      const base = publicBase(c)
      const { signal } = c.req.raw
      const { principal } = c.var.caller
      const scope: RunOptions = { principal, base, nowMs: clock(), signal, deadlineMs: DEADLINE_MS }
      const text = siaAdql(request, {
        positions: await positions(request, id, files, scope),
        knownIds: await knownIds(request.values.ID),
      })
      const running = await runAdql(
        queries,
        {
          text,
          maxrec: request.maxrec,
          format: request.format.kind,
          infos: [{ name: 'standardID', value: SIA_STANDARD }],
          after: siaDescriptor(base, request.maxrec === 0 ? await values(scope) : {}),
        },
        scope,
      )
      return sendTable(c, running, request.format.mediaType, leave)
    } catch (error) {
      await leave()
      // The client never saw the query that was made of its request.
      if (error instanceof AdqlError && TOO_MUCH.has(error.code))
        throw new DaliError('usage', 'these regions are too many or too wide for one query', { cause: error })
      throw error
    }
  }

  app.on(['GET', 'POST'], '/sia/query', (c) => query(c, `sia-${jobs.newId()}`))
  app.get('/sia', (c) => c.redirect(`${publicBase(c)}/sia/query?MAXREC=0`, 303))
  return app
}

const MOST_VALUES = 5000
