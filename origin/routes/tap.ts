// TAP 1.1: /tap/sync, /tap/async with its jobs, /tap/tables, /tap/examples. Both ways to ask read the same parameters
// and run the same query; files of a request are streamed to disk within bounds before anything looks into them.

import { type Context, Hono } from 'hono'
import { DaliError, type FilePart, quoted } from '#src/dali'
import { ANONYMOUS_SHARE, examplesPage, parseTap, TAP_LIMITS, tap, tapName } from '#src/services'
import type { Job, JobAttachment } from '#src/uws'
import type { OriginDeps, OriginEnv } from '../deps.ts'
import { pairsFrom } from '../form.ts'
import type { JobLimits } from '../jobs/service.ts'
import { publicBase } from '../middleware.ts'
import { runAdql } from '../query/run.ts'
import { queryOf, TAP_JOB, uploadsFor } from '../query/tap-job.ts'
import { streamed } from '../stream.ts'
import { uwsRoutes } from './uws.ts'

type C = Context<OriginEnv>

const JOB_LIMITS: JobLimits = {
  executionS: TAP_LIMITS.executionS,
  retentionS: TAP_LIMITS.retentionS,
  jobs: TAP_LIMITS.jobs,
  waitingJobs: TAP_LIMITS.waitingJobs,
  anonymousShare: ANONYMOUS_SHARE,
}
const FORM = { valueBytes: TAP_LIMITS.formBytes, fileBytes: TAP_LIMITS.uploadBytes, files: TAP_LIMITS.uploadTables }

export function tapRoutes(deps: OriginDeps): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const { jobs, queries, clock } = deps

  /** Files go to the folder of a job, or of a request that is treated like one. */
  async function read(c: C, id: string, held: readonly JobAttachment[]) {
    const files: JobAttachment[] = []
    const onFile = async ({ name, mediaType, body }: FilePart) => {
      if ([...held, ...files].some((one) => one.name === name))
        throw new DaliError('usage', `two files are named ${quoted(name)}`, { parameter: 'UPLOAD' })
      if (held.length + files.length >= TAP_LIMITS.uploadTables)
        throw new DaliError('usage', `at most ${TAP_LIMITS.uploadTables} files are taken`, { parameter: 'UPLOAD' })
      const file = `upload-${held.length + files.length + 1}`
      const sizeBytes = await jobs.files.write(id, file, body, c.req.raw.signal)
      files.push({ name, file, mediaType, sizeBytes })
    }
    const pairs = await pairsFrom(c, { limits: FORM, onFile })
    return { pairs, files }
  }

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
      const parts = files.map(({ name, file, mediaType }) => ({ name, mediaType, path: jobs.files.path(id, file) }))
      const { principal } = c.var.caller
      const base = publicBase(c)
      const query = queryOf(request, await uploadsFor(request.uploads, { parts, principal, base, jobs }))
      // Everything is known of the answer but whether there is one: nobody waits for its body.
      if (c.req.method === 'HEAD') {
        await leave()
        return c.body(null, 200, { 'Content-Type': request.format.mediaType, 'Cache-Control': 'private, no-store' })
      }
      const running = await runAdql(queries, query, {
        principal,
        base,
        nowMs: clock(),
        signal: c.req.raw.signal,
        deadlineMs: TAP_LIMITS.syncS * 1000,
      })
      // It fails together with the body, which says so.
      running.outcome.catch(() => undefined)
      c.header('Cache-Control', 'private, no-store')
      for (const name of ['Authorization', 'Cookie']) c.header('Vary', name, { append: true })
      c.header('Content-Type', request.format.mediaType)
      return c.body(
        streamed(running.body, async () => {
          await running.close()
          await leave()
        }),
      )
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
      limits: JOB_LIMITS,
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
