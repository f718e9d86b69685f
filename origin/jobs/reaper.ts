// Destruction: jobs past their time go, with their results; folders that no job knows go a while after.

import type { Logger } from 'pino'
import type { JobFiles } from './results.ts'
import type { JobRunner } from './runner.ts'
import type { JobStore } from './store.ts'

export interface Reaper {
  /** How many jobs went. */
  sweep(): Promise<number>
  close(): void
}

interface ReaperOptions {
  readonly store: JobStore
  readonly files: JobFiles
  readonly runner: Pick<JobRunner, 'stopJob'>
  readonly log: Logger
  readonly clock: () => number
  readonly everyMs?: number
}

const AT_ONCE = 100
/** A folder may be there before its job is; and a job of a killed process is found by its row, not its folder. */
const ORPHAN_MS = 3_600_000

/** The row first: from then on the job is gone for everybody; then what runs, then its files. */
export async function destroyJob(
  id: string,
  { store, files, runner }: Pick<ReaperOptions, 'store' | 'files' | 'runner'>,
) {
  const removed = await store.remove(id)
  runner.stopJob(id)
  await files.remove(id)
  return removed
}

export function createReaper(options: ReaperOptions): Reaper {
  const { store, files, log, clock, everyMs = 10_000 } = options
  async function sweep(): Promise<number> {
    let gone = 0
    for (;;) {
      const due = await store.expired(clock(), AT_ONCE)
      for (const { id } of due) if (await destroyJob(id, options)) gone++
      if (due.length < AT_ONCE) break
    }
    for (const { id, modifiedMs } of await files.folders())
      if (modifiedMs < Date.now() - ORPHAN_MS && !(await store.get(id))) await files.remove(id)
    if (gone > 0) log.info({ gone }, 'jobs were destroyed at their time')
    return gone
  }
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => log.error({ err: error }, 'old jobs cannot be swept'))
  }, everyMs)
  timer.unref()
  return { sweep, close: () => clearInterval(timer) }
}
