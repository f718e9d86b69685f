// TAP 1.1: /tap/sync, /tap/async with its jobs, /tap/tables, /tap/examples. Both ways to ask read the same parameters
// and run the same query; files of a request are streamed to disk within bounds before anything looks into them.

import { type Context, Hono } from 'hono'
import { DaliError } from '#src/dali'
import { examplesPage, parseTap, TAP_LIMITS, tap, tapName } from '#src/services'
import type { Job, JobAttachment } from '#src/uws'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { pairsAndFiles } from '../form.ts'
import { publicBase } from '../middleware.ts'
import { runAdql } from '../query/run.ts'
import { queryOf, TAP_JOB, uploadsFor } from '../query/tap-job.ts'
import { sendTable } from '../send-table.ts'
import { uwsRoutes } from './uws.ts'

type C = Context<OriginEnv>

const FORM = { valueBytes: TAP_LIMITS.formBytes, fileBytes: TAP_LIMITS.uploadBytes, files: TAP_LIMITS.uploadTables }

export function tapRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const { jobs, queries, clock } = deps

  const read = (c: C, id: string, held: readonly JobAttachment[]) =>
    pairsAndFiles(c, { files: jobs.files, id, held, limits: FORM })

  const bounded = async (c: C, next: () => Promise<void>) => {
    const length = Number(c.req.header('content-length') ?? 0)
    if (length > TAP_LIMITS.requestBytes)
      throw new DaliError('too-large', `a request may have ${TAP_LIMITS.requestBytes} bytes`, { parameter: 'UPLOAD' })
    await next()
  }
  app.use('/tap/sync', bounded)
  app.use('/tap/async/*', bounded)

  app.on(['GET', 'POST'], '/tap/sync', async (c) => {
    const id = `sync-${jobs.newId()}`
    const { pairs, files } = await read(c, id, []).catch(async (error: unknown) => {
      await jobs.files.remove(id)
      throw error
    })
    const leave = async () => {
      if (files.length > 0) await jobs.files.remove(id)
    }
    try {
      const request = parseTap(pairs)
      c.set('runId', request.runId)
      const { principal } = c.var.caller
      const base = publicBase(c)
      const sources = { folder: id, attachments: files, principal, base, jobs }
      const query = queryOf(request, await uploadsFor(request.uploads, sources))
      // Everything is known of the answer but whether there is one: nobody waits for its body.
      if (c.req.method === 'HEAD') {
        await leave()
        return c.body(null, 200, { 'Content-Type': request.format.mediaType, 'Cache-Control': 'private, no-store' })
      }
      const scope = { principal, base, nowMs: clock(), signal: c.req.raw.signal, deadlineMs: TAP_LIMITS.syncS * 1000 }
      return sendTable(c, await runAdql(queries, query, scope), request.format.mediaType, leave)
    } catch (error) {
      await leave()
      throw error
    }
  })

  app.route(
    '/',
    uwsRoutes({
      path: '/tap/async',
      kind: TAP_JOB,
      jobs,
      limits: TAP_LIMITS,
      read,
      merge,
      errorType: 'application/x-votable+xml',
    }),
  )

  app.get('/tap/examples', (c) => {
    c.header('Cache-Control', 'public, max-age=300')
    return c.body(examplesPage(), 200, { 'Content-Type': 'application/xhtml+xml; charset=utf-8' })
  })
  app.get('/tap', (c) => c.redirect(`${publicBase(c)}/tap/examples`, 303))
  return app
}

/** UPLOADs accumulate (TAP 1.1 §2.7.6); of everything else the last one counts. Names as the standard spells them. */
function merge(held: Job['parameters'], more: Job['parameters']): Job['parameters'] {
  const all = [...held]
  for (const [given, value] of more) {
    const name = Object.hasOwn(tap.params, tapName(given)) ? tapName(given) : given
    const at = name === 'UPLOAD' ? -1 : all.findIndex(([own]) => own === name)
    if (at >= 0) all[at] = [name, value]
    else if (all.length < MAX_PARAMETERS) all.push([name, value])
    else throw new DaliError('usage', `a job has at most ${MAX_PARAMETERS} parameters`)
  }
  return all
}

const MAX_PARAMETERS = 256
