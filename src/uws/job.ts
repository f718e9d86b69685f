// A job as its owner sees it (UWS 1.1 §2.1). Times are Unix milliseconds, durations seconds.

import type { Phase } from './phase.ts'

export interface JobResult {
  /** `result` for the one table of a query (TAP 1.1 §2.2). */
  readonly id: string
  readonly mediaType: string
  readonly sizeBytes: number
  /** Name of the file in the job's folder. */
  readonly file: string
}

export interface JobFailure {
  readonly type: 'transient' | 'fatal'
  /** One sentence, fit for the client. */
  readonly message: string
  /** There is a whole document at `/error`. */
  readonly hasDetail: boolean
}

/** A parameter's content that came along in the request; it lies in the job's folder. */
export interface JobAttachment {
  /** As in `param:name`. */
  readonly name: string
  readonly file: string
  readonly mediaType?: string
  readonly sizeBytes: number
}

export interface Job {
  readonly id: string
  /** Which handler runs it: `tap`, `soda`, … */
  readonly kind: string
  /** The user; absent: nobody in particular, whoever knows the id may do everything with it. */
  readonly owner?: string
  readonly phase: Phase
  readonly runId?: string
  readonly createdMs: number
  readonly startedMs?: number
  readonly endedMs?: number
  /** All of it goes away then. */
  readonly destructionMs: number
  /** Seconds of EXECUTING after which it is stopped, at least 1. */
  readonly executionDurationS: number
  /** Names as the service spells them, in the order they came. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
  readonly attachments: readonly JobAttachment[]
  readonly results: readonly JobResult[]
  readonly failure?: JobFailure
}
