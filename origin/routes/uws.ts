// Jobs over HTTP (UWS 1.1 §2.2): one tree of resources below `{path}` for the jobs of one kind. A job that is not the
// caller's does not exist for them (404); changes answer 303 with the job's address.

import { type Context, Hono } from 'hono'
import { etagOf } from '#src/caching'
import { DaliError, type Pairs, pairsOf, quoted } from '#src/dali'
import {
  inFilter,
  type Job,
  type JobAttachment,
  type JobControl,
  type JobFilter,
  jobControl,
  jobFilter,
  jobListXml,
  jobsCookie,
  jobWait,
  jobXml,
  knownJobs,
  parametersXml,
  quoteMs,
  resultsXml,
  uwsTime,
  withJob,
} from '#src/uws'
import { answer } from '../answer.ts'
import type { OriginEnv } from '../deps.ts'
import { ERROR_FILE } from '../jobs/runner.ts'
import type { JobLimits, JobService } from '../jobs/service.ts'
import type { StoredJob } from '../jobs/store.ts'
import { publicBase, varyByCaller } from '../middleware.ts'
import { refuse } from '../refuse.ts'

type C = Context<OriginEnv>

export interface UwsOptions {
  /** `/tap/async` */
  readonly path: string
  readonly kind: string
  readonly jobs: JobService
  readonly limits: JobLimits
  /** The pairs of a POST; files go to the folder of the job `id`. */
  read(c: C, id: string, held: readonly JobAttachment[]): Promise<{ pairs: [string, string][]; files: JobAttachment[] }>
  /** The parameters of the job after more of them came. */
  merge(held: Job['parameters'], more: Job['parameters']): Job['parameters']
  /** Of its results and its error. */
  readonly errorType: string
}

const XML = 'text/xml; charset=utf-8'
const TEXT = 'text/plain; charset=utf-8'

export function uwsRoutes({ path, kind, jobs, limits, read, merge, errorType }: UwsOptions): Hono<OriginEnv> {
  const app = new Hono<OriginEnv>()
  const listUrl = (c: C) => `${publicBase(c)}${path}`
  const jobUrl = (c: C, id: string) => `${listUrl(c)}/${id}`
  const queryPairs = (c: C) => pairsOf(new URL(c.req.url).search)

  app.use(`${path}/*`, async (c, next) => {
    c.header('Cache-Control', 'private, no-store')
    varyByCaller(c)
    await next()
  })

  /** Throws 404. */
  async function found(c: C): Promise<StoredJob> {
    const job = await jobs.find(kind, c.req.param('id') ?? '', c.var.caller.principal)
    if (!job) throw new DaliError('not-found', 'there is no such job')
    c.set('runId', job.runId)
    return job
  }

  const text = (c: C, body: string) => c.body(body, 200, { 'Content-Type': TEXT })
  const xml = (c: C, body: string) => c.body(body, 200, { 'Content-Type': XML })
  const seeOther = (c: C, location: string) => {
    c.header('Location', location)
    return c.body(null, 303)
  }

  async function known(c: C, filter: JobFilter): Promise<StoredJob[]> {
    const { principal } = c.var.caller
    const found = await Promise.all(knownJobs(c.req.header('cookie')).map((id) => jobs.find(kind, id, principal)))
    return inFilter(
      found.filter((job) => job !== undefined),
      filter,
    )
  }

  app.get(path, async (c) => {
    const { sub } = c.var.caller.principal
    const filter = jobFilter(queryPairs(c))
    // Nobody's jobs are known by their ids alone: a list of them all would give them to everybody.
    const list = sub === undefined ? await known(c, filter) : await jobs.store.list({ ...filter, kind, owner: sub })
    return xml(c, jobListXml(list, listUrl(c)))
  })

  app.post(path, async (c) => {
    const id = jobs.newId()
    try {
      const { pairs, files } = await read(c, id, [])
      const control = jobControl(pairs)
      const parameters = merge([], control.parameters)
      const request = {
        kind,
        principal: c.var.caller.principal,
        base: publicBase(c),
        parameters,
        runId: runIdOf(parameters),
        attachments: files,
        destructionMs: control.destructionMs,
        executionDurationS: control.executionDurationS,
      }
      const job = await jobs.create(request, limits, id)
      c.set('runId', job.runId)
      if (job.owner === undefined) {
        const secure = publicBase(c).startsWith('https:')
        c.header('Set-Cookie', jobsCookie(withJob(knownJobs(c.req.header('cookie')), id), { path, secure }))
      }
      await steer(job, control)
      return seeOther(c, jobUrl(c, id))
    } catch (error) {
      if (!(await jobs.store.get(id))) await jobs.files.remove(id)
      throw error
    }
  })

  async function steer(job: StoredJob, { phase }: JobControl): Promise<void> {
    if (phase === 'RUN') await jobs.start(job, limits)
    if (phase === 'ABORT') await jobs.abort(job)
  }

  app.get(`${path}/:id`, async (c) => {
    let job: StoredJob | undefined = await found(c)
    const wait = jobWait(queryPairs(c))
    if (wait) job = await jobs.wait(job, wait, c.req.raw.signal)
    if (!job) throw new DaliError('not-found', 'there is no such job any more')
    return xml(c, jobXml(job, jobUrl(c, job.id)))
  })

  app.delete(`${path}/:id`, async (c) => {
    await jobs.destroy((await found(c)).id)
    return seeOther(c, listUrl(c))
  })

  /** A POST anywhere in the job's tree may carry any of what can be said to it. */
  async function told(c: C): Promise<Response> {
    const job = await found(c)
    const { pairs, files } = await read(c, job.id, job.attachments)
    const control = jobControl(pairs)
    if (control.remove) {
      await jobs.destroy(job.id)
      return seeOther(c, listUrl(c))
    }
    const { destructionMs, executionDurationS, parameters: more } = control
    const parameters = more.length > 0 ? merge(job.parameters, more) : undefined
    const change = {
      ...(destructionMs !== undefined && { destructionMs }),
      ...(executionDurationS !== undefined && { executionDurationS }),
      ...(parameters && { parameters, runId: runIdOf(parameters) }),
      ...(files.length > 0 && { attachments: [...job.attachments, ...files] }),
    }
    if (!(await jobs.change(job, change, limits)))
      return refuse(c, new DaliError('authorization', `the job is ${job.phase}: only a PENDING one can be changed`))
    await steer({ ...job, ...change }, control)
    return seeOther(c, jobUrl(c, job.id))
  }
  for (const part of ['', '/phase', '/parameters', '/destruction', '/executionduration'])
    app.post(`${path}/:id${part}`, told)

  app.get(`${path}/:id/phase`, async (c) => text(c, (await found(c)).phase))
  app.get(`${path}/:id/owner`, async (c) => text(c, (await found(c)).owner ?? ''))
  app.get(`${path}/:id/executionduration`, async (c) => text(c, String((await found(c)).executionDurationS)))
  app.get(`${path}/:id/destruction`, async (c) => text(c, uwsTime((await found(c)).destructionMs)))
  app.get(`${path}/:id/quote`, async (c) => {
    const quote = quoteMs(await found(c))
    return text(c, quote === undefined ? '' : uwsTime(quote))
  })
  app.get(`${path}/:id/parameters`, async (c) => {
    const job = await found(c)
    return xml(c, parametersXml(job, jobUrl(c, job.id)))
  })
  app.get(`${path}/:id/parameters/:name`, async (c) => {
    const job = await found(c)
    const name = c.req.param('name')
    const attached = job.attachments.find((one) => one.name === name)
    // Whatever it is, it is not for a browser to show: somebody sent it.
    if (attached) return file(c, job, attached.file, 'application/octet-stream')
    const values = job.parameters.filter(([own]) => own === name.toUpperCase()).map(([, value]) => value)
    if (values.length === 0) throw new DaliError('not-found', `the job has no parameter ${quoted(name)}`)
    return text(c, values.join('\n'))
  })
  app.get(`${path}/:id/results`, async (c) => {
    const job = await found(c)
    return xml(c, resultsXml(job, jobUrl(c, job.id)))
  })
  app.get(`${path}/:id/results/:result`, async (c) => {
    const job = await found(c)
    const result = job.results.find(({ id }) => id === c.req.param('result'))
    if (!result) throw new DaliError('not-found', `the job is ${job.phase} and has no such result`)
    return file(c, job, result.file, result.mediaType)
  })
  app.get(`${path}/:id/error`, async (c) => {
    const job = await found(c)
    if (!job.failure) throw new DaliError('not-found', `the job is ${job.phase} and has no error`)
    if (!job.failure.hasDetail) return text(c, job.failure.message)
    return file(c, job, ERROR_FILE, errorType)
  })

  async function file(c: C, job: Job, name: string, contentType: string): Promise<Response> {
    const stored = await jobs.files.read(job.id, name)
    if (!stored) throw new DaliError('not-found', 'the file is gone')
    const etag = etagOf(job.id, `${name} ${job.endedMs ?? job.createdMs}`)
    const entity = { contentType, size: stored.sizeBytes, etag, lastModifiedMs: job.endedMs ?? job.createdMs }
    const open = (start: number, end: number) => stored.open(start, end) as AsyncIterable<Uint8Array>
    return answer(c, { ...entity, open }, { cacheControl: 'private, no-cache', vary: [] })
  }
  return app
}

const runIdOf = (pairs: Pairs) => [...pairs].find(([name]) => name === 'RUNID')?.[1].slice(0, 64)
