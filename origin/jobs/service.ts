// Jobs as the routes use them: made, begun, waited for, stopped and destroyed within the limits of their service, and only by
// those who may know of them. Times are Unix milliseconds.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { DaliError } from '#src/dali'
import type { Principal } from '#src/rights'
import { isActive, type JobAttachment, type JobWait, type Phase } from '#src/uws'
import { createReaper, destroyJob, type Reaper } from './reaper.ts'
import { createJobFiles, type JobFiles } from './results.ts'
import { createJobRunner, type JobHandler, type JobRunner, type RunnerOptions } from './runner.ts'
import type { JobChange, JobStore, NewJob, StoredJob } from './store.ts'

/** What the service of a kind of jobs grants. */
export interface JobLimits {
  readonly executionS: { readonly default: number; readonly hard: number }
  readonly retentionS: { readonly default: number; readonly hard: number }
  /** Jobs of one owner, and of these the ones that wait or run. */
  readonly jobs: number
  readonly waitingJobs: number
  /** All anonymous jobs together have that many times as much. */
  readonly anonymousShare: number
}

export interface JobRequest {
  readonly kind: string
  readonly principal: Principal
  readonly base: string
  readonly parameters: readonly (readonly [string, string])[]
  readonly runId?: string
  readonly attachments?: readonly JobAttachment[]
  readonly destructionMs?: number
  readonly executionDurationS?: number
}

export interface JobService {
  readonly store: JobStore
  readonly files: JobFiles
  readonly reaper: Reaper
  newId(): string
  /** `id` where files were written for it before. */
  create(request: JobRequest, limits: JobLimits, id?: string): Promise<StoredJob>
  /** Undefined where there is none that this caller may know of. */
  find(kind: string, id: string, principal: Principal): Promise<StoredJob | undefined>
  /** PENDING -> QUEUED; nothing for a job that was started before. */
  start(job: StoredJob, limits: JobLimits): Promise<void>
  abort(job: StoredJob): Promise<void>
  /** Within the limits; false where its phase does not allow it any more. */
  change(job: StoredJob, change: JobChange, limits: JobLimits): Promise<boolean>
  destroy(id: string): Promise<void>
  /** The job when its phase is another one, or as it is when the time is over; undefined when it is gone. */
  wait(job: StoredJob, wait: JobWait, signal: AbortSignal): Promise<StoredJob | undefined>
  close(): Promise<void>
}

/** UWS 1.1 §2.2.1.2: within the typical time-out of a connection. */
const LONGEST_WAIT_MS = 60_000
const LOOK_MS = 500
/** Beyond so many that wait, nobody is made to. */
const MAX_WAITERS = 1000

export interface JobServiceOptions {
  readonly store: JobStore
  readonly dataFolder: string
  readonly handlers: readonly JobHandler[]
  readonly log: Logger
  readonly clock: () => number
  readonly runner?: Partial<Pick<RunnerOptions, 'slots' | 'perOwner' | 'leaseMs' | 'heartbeatMs' | 'pollMs'>>
}

export function createJobService(options: JobServiceOptions): JobService {
  const { store, dataFolder, handlers, log, clock } = options
  const files = createJobFiles(join(dataFolder, 'jobs'))
  const waiters = new Map<string, Set<() => void>>()
  let waiting = 0
  const changed = (id: string) => {
    for (const wake of waiters.get(id) ?? []) wake()
  }
  const runner: JobRunner = createJobRunner({ ...options.runner, store, files, handlers, log, clock, changed })
  const reaper = createReaper({ store, files, runner, log, clock })

  async function create(request: JobRequest, limits: JobLimits, id = newId()): Promise<StoredJob> {
    const { sub } = request.principal
    await within(sub, ['PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED', 'ERROR', 'ABORTED'], limits.jobs, limits, 'kept')
    const nowMs = clock()
    const job: NewJob = {
      id,
      kind: request.kind,
      owner: sub,
      principal: request.principal,
      base: request.base,
      createdMs: nowMs,
      runId: request.runId,
      parameters: request.parameters,
      attachments: request.attachments ?? [],
      destructionMs: destruction(request.destructionMs, nowMs, limits),
      executionDurationS: duration(request.executionDurationS ?? limits.executionS.default, limits),
    }
    await store.create(job)
    return { ...job, phase: 'PENDING', results: [], attempts: 0 }
  }

  async function within(
    owner: string | undefined,
    phases: readonly Phase[],
    limit: number,
    { anonymousShare }: JobLimits,
    verb: string,
  ): Promise<void> {
    const most = owner === undefined ? limit * anonymousShare : limit
    if ((await store.count(owner, phases)) < most) return
    const whose = owner === undefined ? 'of callers who did not sign in' : 'of one user'
    // UWS 1.1 §2.2.3.1: a job that is rejected is answered by 403.
    throw new DaliError('authorization', `at most ${most} jobs ${whose} are ${verb}; delete some that are not needed`)
  }

  return {
    store,
    files,
    reaper,
    newId,
    create,
    async find(kind, id, principal) {
      const job = await store.get(id)
      if (!job || job.kind !== kind || job.destructionMs <= clock()) return undefined
      return job.owner === undefined || job.owner === principal.sub ? job : undefined
    },
    async start(job, limits) {
      if (job.phase !== 'PENDING' && job.phase !== 'HELD') return
      await within(job.owner, ['QUEUED', 'EXECUTING'], limits.waitingJobs, limits, 'waiting or running at once')
      if (!(await store.transition(job.id, ['PENDING', 'HELD'], 'QUEUED', clock()))) return
      changed(job.id)
      runner.kick()
    },
    async abort({ id }) {
      const aborted = await store.transition(
        id,
        ['PENDING', 'QUEUED', 'HELD', 'EXECUTING', 'SUSPENDED'],
        'ABORTED',
        clock(),
      )
      if (!aborted) return
      runner.stopJob(id)
      changed(id)
    },
    async change(job, { destructionMs, executionDurationS, ...rest }, limits) {
      const nowMs = clock()
      const times: JobChange = {
        ...(destructionMs !== undefined && { destructionMs: destruction(destructionMs, nowMs, limits) }),
        ...(executionDurationS !== undefined && { executionDurationS: duration(executionDurationS, limits) }),
      }
      if (destructionMs !== undefined) await store.change(job.id, { destructionMs: times.destructionMs }, ALL)
      const pending = {
        ...rest,
        ...(executionDurationS !== undefined && { executionDurationS: times.executionDurationS }),
      }
      return Object.keys(pending).length === 0 || store.change(job.id, pending, ['PENDING'])
    },
    async destroy(id) {
      await destroyJob(id, { store, files, runner })
      changed(id)
    },
    async wait(job, { seconds, phase }, signal) {
      if (!isActive(job.phase) || (phase !== undefined && phase !== job.phase) || waiting >= MAX_WAITERS) return job
      const until = performance.now() + Math.min(seconds * 1000, LONGEST_WAIT_MS)
      waiting++
      try {
        let now: StoredJob | undefined = job
        while (now && now.phase === job.phase && !signal.aborted && performance.now() < until) {
          await woken(job.id, Math.min(LOOK_MS, until - performance.now()))
          now = await store.get(job.id)
        }
        return now
      } finally {
        waiting--
      }
    },
    async close() {
      reaper.close()
      await runner.close()
      await store.close()
    },
  }

  function woken(id: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const mine = waiters.get(id) ?? new Set()
      waiters.set(id, mine)
      const wake = () => {
        clearTimeout(timer)
        mine.delete(wake)
        if (mine.size === 0) waiters.delete(id)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      mine.add(wake)
    })
  }
}

const ALL: readonly Phase[] = ['PENDING', 'QUEUED', 'EXECUTING', 'HELD', 'SUSPENDED', 'COMPLETED', 'ERROR', 'ABORTED']

/** 128 bits: for an anonymous job, knowing its id is the right to it. */
const newId = (): string => randomBytes(16).toString('hex')

/** UWS 1.1 §2.1.6: 0 asks for no limit; there is one. */
const duration = (seconds: number, { executionS: { hard } }: JobLimits): number =>
  seconds === 0 ? hard : Math.min(seconds, hard)

const destruction = (ms: number | undefined, nowMs: number, { retentionS }: JobLimits): number =>
  Math.min(ms ?? nowMs + retentionS.default * 1000, nowMs + retentionS.hard * 1000)
