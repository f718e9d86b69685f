// The pool of query processes.

import type { QueryRunner, Store, UploadLimits } from './query.ts'

export interface RunnerOptions {
  readonly store: Store
  /** Child processes that run at once (default: processors + 2). */
  readonly processes?: number
  /** Sessions that may wait for one (default 64). */
  readonly waiting?: number
  readonly uploads?: Partial<UploadLimits>
  readonly log: (event: string, details: Readonly<Record<string, unknown>>) => void
}

export function createQueryRunner(_options: RunnerOptions): QueryRunner {
  throw new Error('not written yet')
}
