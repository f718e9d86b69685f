// Runs queued jobs: claims them one after another, keeps their lease alive, stops them when their time is over or their
// owner says so, and writes down how they ended. What a kind of job does is its handler's business.
// A job whose process died is run again by whoever finds its lease run out, at most MAX_ATTEMPTS times: jobs here read and
// compute, so beginning anew is safe.

import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { JobFailure, JobResult } from '#src/uws'
import { JobError } from './errors.ts'
import type { Chunks, JobFiles } from './results.ts'
import type { JobEnd, JobStore, StoredJob } from './store.ts'

export interface JobContext {
  /** Fires at an abort, at the end of the job's time, and when this process stops. */
  readonly signal: AbortSignal
  /** Writes a file of the job and says what it is. */
  result(id: string, file: string, mediaType: string, body: Chunks): Promise<JobResult>
}

export interface JobHandler {
  readonly kind: string
  run(job: StoredJob, context: JobContext): Promise<readonly JobResult[]>
  /** A failure in the words of the service, with the document that `/error` gives. */
  failure(error: unknown, job: StoredJob): { message: string; transient: boolean; document: string }
}

/** Name of the file with the document of `/error`. */
export const ERROR_FILE = 'error.xml'

export interface RunnerOptions {
  readonly store: JobStore
  readonly files: JobFiles
  readonly handlers: readonly JobHandler[]
  readonly log: Logger
  readonly clock: () => number
  /** Jobs at once in this process. */
  readonly slots?: number
  /** Of one owner at once, over all processes. */
  readonly perOwner?: number
  readonly leaseMs?: number
  readonly heartbeatMs?: number
  /** Between looks at the store when nothing else tells of work: jobs of other processes that died or were full. */
  readonly pollMs?: number
  /** Told of every new phase that is set here. */
  readonly changed?: (id: string) => void
}

export interface JobRunner {
  /** There may be work. */
  kick(): void
  /** Stops it if it runs here; the phase is the caller's to set first. */
  stopJob(id: string): void
  /** Gives everything back to the queue. */
  close(): Promise<void>
}

const MAX_ATTEMPTS = 3

interface Running {
  readonly controller: AbortController
  reason?: 'timeout' | 'lost' | 'closing'
  readonly done: Promise<void>
}

export function createJobRunner(options: RunnerOptions): JobRunner {
  const { store, files, handlers, log, clock } = options
  const { slots = 4, perOwner = 2, leaseMs = 15_000, heartbeatMs = 2_000, pollMs = 2_000 } = options
  const { changed = () => {} } = options
  const worker = randomUUID()
  const byKind = new Map(handlers.map((handler) => [handler.kind, handler]))
  const running = new Map<string, Running>()
  let closing = false
  let looking = false
  let again = false

  const poll = setInterval(() => kick(), pollMs)
  const beat = setInterval(() => void beatAll(), heartbeatMs)
  poll.unref()
  beat.unref()

  function kick(): void {
    if (looking) {
      again = true
      return
    }
    looking = true
    void look().finally(() => {
      looking = false
      if (!again) return
      again = false
      kick()
    })
  }

  async function look(): Promise<void> {
    try {
      while (!closing && running.size < slots) {
        const job = await store.claim({ worker, kinds: [...byKind.keys()], nowMs: clock(), leaseMs, perOwner })
        if (!job) return
        begin(job)
      }
    } catch (error) {
      log.error({ err: error }, 'jobs cannot be claimed')
    }
  }

  function begin(job: StoredJob): void {
    const controller = new AbortController()
    const entry: Running = { controller, done: Promise.resolve() }
    const timer = setTimeout(() => stop(entry, 'timeout'), job.executionDurationS * 1000)
    const done = work(job, entry)
      .catch((error: unknown) => log.error({ err: error, job: job.id }, 'the end of a job cannot be written down'))
      .finally(() => {
        clearTimeout(timer)
        running.delete(job.id)
        kick()
      })
    running.set(job.id, Object.assign(entry, { done }))
    changed(job.id)
  }

  function stop(entry: Running, reason: Running['reason']): void {
    entry.reason ??= reason
    entry.controller.abort()
  }

  async function work(job: StoredJob, entry: Running): Promise<void> {
    const end = await outcome(job, entry)
    if (entry.reason === 'closing') {
      await store.release(job.id, worker)
      return
    }
    const kept = await store.finish(job.id, worker, end)
    changed(job.id)
    log.info(
      { job: job.id, kind: job.kind, phase: kept ? end.phase : 'given up', ms: clock() - (job.startedMs ?? 0) },
      'job',
    )
    // Removed while it ran: what it has written since goes, too.
    if (!kept && !(await store.get(job.id))) await files.remove(job.id)
  }

  async function outcome(job: StoredJob, entry: Running): Promise<JobEnd> {
    const handler = byKind.get(job.kind) as JobHandler
    try {
      if (job.attempts > MAX_ATTEMPTS)
        throw new JobError('interrupted', `the service was interrupted ${MAX_ATTEMPTS} times while it ran this job`)
      const results = await handler.run(job, {
        signal: entry.controller.signal,
        result: async (id, file, mediaType, body) => {
          const sizeBytes = await files.write(job.id, file, body, entry.controller.signal)
          return { id, file, mediaType, sizeBytes }
        },
      })
      return { phase: 'COMPLETED', endedMs: clock(), results }
    } catch (error) {
      return { phase: 'ERROR', endedMs: clock(), failure: await failed(handler, job, entry, error) }
    }
  }

  async function failed(handler: JobHandler, job: StoredJob, entry: Running, error: unknown): Promise<JobFailure> {
    if (entry.reason === 'lost' || entry.reason === 'closing')
      return { type: 'transient', message: 'the job was stopped', hasDetail: false }
    const cause =
      entry.reason === 'timeout'
        ? new JobError('too-long', `the job was stopped after its execution duration of ${job.executionDurationS} s`)
        : error
    const { message, transient, document } = handler.failure(cause, job)
    try {
      await files.write(job.id, ERROR_FILE, [new TextEncoder().encode(document)])
      return { type: transient ? 'transient' : 'fatal', message, hasDetail: true }
    } catch (unwritten) {
      log.error({ err: unwritten, job: job.id }, 'the error document of a job cannot be written')
      return { type: transient ? 'transient' : 'fatal', message, hasDetail: false }
    }
  }

  async function beatAll(): Promise<void> {
    for (const [id, entry] of [...running]) {
      try {
        if (!(await store.heartbeat(id, worker, clock() + leaseMs))) stop(entry, 'lost')
      } catch (error) {
        log.error({ err: error, job: id }, 'the lease of a job cannot be renewed')
      }
    }
  }

  return {
    kick,
    stopJob(id) {
      const entry = running.get(id)
      if (entry) stop(entry, 'lost')
    },
    async close() {
      closing = true
      clearInterval(poll)
      clearInterval(beat)
      for (const entry of running.values()) stop(entry, 'closing')
      await Promise.allSettled([...running.values()].map(({ done }) => done))
    },
  }
}
