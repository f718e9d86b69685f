// Rows of the jobs table <-> StoredJob: the same columns in both databases.

import type { Phase } from '#src/uws'
import type { JobEnd, StoredJob } from './store.ts'

export interface JobRow {
  id: string
  kind: string
  owner: string | null
  phase: Phase
  created_ms: number
  started_ms: number | null
  ended_ms: number | null
  destruction_ms: number
  duration_s: number
  attempts: number
  worker: string | null
  lease_ms: number | null
  details: string
  ending: string | null
}

/** What no query looks into, as JSON. */
type Details = Pick<StoredJob, 'runId' | 'parameters' | 'attachments' | 'principal' | 'base'>

export function detailsOf({ runId, parameters, attachments, principal, base }: Details): string {
  return JSON.stringify({ runId, parameters, attachments, principal, base } satisfies Details)
}

const given = <T>(value: T | null): T | undefined => value ?? undefined

export function jobOf(row: JobRow): StoredJob {
  const ending = row.ending === null ? {} : (JSON.parse(row.ending) as Pick<JobEnd, 'results' | 'failure'>)
  return {
    ...(JSON.parse(row.details) as Details),
    results: ending.results ?? [],
    failure: ending.failure,
    id: row.id,
    kind: row.kind,
    owner: given(row.owner),
    phase: row.phase,
    createdMs: row.created_ms,
    startedMs: given(row.started_ms),
    endedMs: given(row.ended_ms),
    destructionMs: row.destruction_ms,
    executionDurationS: row.duration_s,
    attempts: row.attempts,
    worker: given(row.worker),
    leaseUntilMs: given(row.lease_ms),
  }
}
