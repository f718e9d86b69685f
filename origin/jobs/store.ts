// Where jobs are kept: one interface, an embedded and a shared implementation. Several origins may share one store:
// every change is a compare-and-set, and a job belongs to the worker whose lease on it has not run out.
// Times are Unix milliseconds and come from the caller.

import type { Principal } from '#src/rights'
import type { Job, JobFailure, JobFilter, JobResult, Phase } from '#src/uws'

/** A job with what only the origin knows of it. */
export interface StoredJob extends Job {
  /** For whom it runs: rights as they were when it was created. */
  readonly principal: Principal
  /** The node's public address as the client used it; addresses in results begin with it. */
  readonly base: string
  /** How often it was begun. */
  readonly attempts: number
  /** The process that runs it, while EXECUTING. */
  readonly worker?: string
  readonly leaseUntilMs?: number
}

export type NewJob = Omit<
  StoredJob,
  'phase' | 'startedMs' | 'endedMs' | 'results' | 'failure' | 'attempts' | 'worker' | 'leaseUntilMs'
>

/** What an owner may change while it is PENDING (times: at any time). */
export type JobChange = Partial<
  Pick<Job, 'runId' | 'parameters' | 'attachments' | 'destructionMs' | 'executionDurationS'>
>

export interface JobListFilter extends JobFilter {
  readonly kind: string
  readonly owner: string
}

export interface Claim {
  /** Unique to the process. */
  readonly worker: string
  readonly kinds: readonly string[]
  readonly nowMs: number
  readonly leaseMs: number
  /** Jobs of one owner that run at once, over all workers; all anonymous jobs together count as one owner's. */
  readonly perOwner: number
}

export interface JobEnd {
  readonly phase: 'COMPLETED' | 'ERROR' | 'ABORTED'
  readonly endedMs: number
  readonly results?: readonly JobResult[]
  readonly failure?: JobFailure
}

export interface JobStore {
  /** PENDING. */
  create(job: NewJob): Promise<void>
  get(id: string): Promise<StoredJob | undefined>
  /** Latest first; without ARCHIVED ones unless they are asked for. */
  list(filter: JobListFilter): Promise<StoredJob[]>
  /** Jobs of an owner (undefined: all anonymous ones) in these phases. */
  count(owner: string | undefined, phases: readonly Phase[]): Promise<number>
  /** False when the job is gone or in none of these phases. */
  change(id: string, change: JobChange, phases: readonly Phase[]): Promise<boolean>
  /** Compare and set; `nowMs` becomes the end where `to` is one. False when it was not (any more) in a `from` phase. */
  transition(id: string, from: readonly Phase[], to: Phase, nowMs: number): Promise<boolean>
  /**
   * The oldest QUEUED job, or EXECUTING one whose lease has run out, becomes this worker's: EXECUTING, started now (the
   * clock of its duration starts anew), one attempt more. No two workers get the same.
   */
  claim(claim: Claim): Promise<StoredJob | undefined>
  /** A longer lease. False: the job is not this worker's any more, and it must stop. */
  heartbeat(id: string, worker: string, leaseUntilMs: number): Promise<boolean>
  /** The end of a job that this worker runs. False: it was aborted, removed or taken over; results count for nothing. */
  finish(id: string, worker: string, end: JobEnd): Promise<boolean>
  /** Back to QUEUED, the attempt not counted: a worker that stops in good order gives up what it runs. */
  release(id: string, worker: string): Promise<boolean>
  remove(id: string): Promise<boolean>
  /** Past their destruction, the longest ago first. */
  expired(nowMs: number, limit: number): Promise<StoredJob[]>
  close(): Promise<void>
}
