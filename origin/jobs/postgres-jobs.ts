// Jobs in the catalogue's PostgreSQL, for several origins together. Each change is one statement that names what it
// expects; rows that another process has in hand are skipped, never waited for.

import type pg from 'pg'
import { phasesBefore } from '#src/uws'
import { catalogError } from '../catalog/postgres/errors.ts'
import type { PoolOptions } from '../catalog/postgres/pool.ts'
import { openDatabase } from '../catalog/postgres/postgres-catalog.ts'
import { CatalogError } from '../catalog/store.ts'
import { detailsOf, type JobRow, jobOf } from './rows.ts'
import type { Claim, JobChange, JobEnd, JobListFilter, JobStore, NewJob, StoredJob } from './store.ts'

type Value = string | number | null | readonly string[]

export const openPostgresJobs = async (url: string, options: PoolOptions = { connections: 4 }): Promise<JobStore> =>
  postgresJobs(await openDatabase(url, options))

function postgresJobs(pool: pg.Pool): JobStore {
  const send = async (text: string, values: readonly Value[]) => {
    try {
      return await pool.query(text, values as unknown[])
    } catch (error) {
      throw catalogError(error)
    }
  }
  const happened = async (text: string, ...values: Value[]) => ((await send(text, values)).rowCount ?? 0) > 0
  const rows = async (text: string, ...values: Value[]) => (await send(text, values)).rows as JobRow[]
  const one = async (id: string): Promise<StoredJob | undefined> =>
    (await rows('SELECT * FROM jobs WHERE id = $1', id)).map(jobOf)[0]

  return {
    async create(job: NewJob) {
      const { id, kind, owner = null, createdMs, destructionMs, executionDurationS } = job
      const sql = `INSERT INTO jobs (id, kind, owner, phase, created_ms, destruction_ms, duration_s, details)
        VALUES ($1, $2, $3, 'PENDING', $4, $5, $6, $7)`
      await send(sql, [id, kind, owner, createdMs, destructionMs, executionDurationS, detailsOf(job)])
    },
    get: one,
    async list({ kind, owner, phases, afterMs = -1, last }: JobListFilter) {
      const sql = `SELECT * FROM jobs WHERE kind = $1 AND owner = $2 AND created_ms > $3
        AND (phase = ANY($4) OR cardinality($4::text[]) = 0 AND phase <> 'ARCHIVED')
        ORDER BY created_ms DESC, id LIMIT $5`
      return (await rows(sql, kind, owner, afterMs, phases, last ?? null)).map(jobOf)
    },
    async count(owner, phases) {
      const sql = 'SELECT count(*) AS n FROM jobs WHERE owner IS NOT DISTINCT FROM $1::text AND phase = ANY($2)'
      return (await send(sql, [owner ?? null, phases])).rows[0].n
    },
    async change(id: string, change: JobChange, phases) {
      // Compare and set on what was read: two changes at once do not undo each other.
      for (let attempt = 0; attempt < 10; attempt++) {
        const job = await one(id)
        if (!job || !phases.includes(job.phase)) return false
        const { destructionMs, executionDurationS } = { ...job, ...change }
        const sql = `UPDATE jobs SET details = $2, destruction_ms = $3, duration_s = $4
          WHERE id = $1 AND phase = ANY($5) AND details = $6 AND destruction_ms = $7 AND duration_s = $8`
        const next = detailsOf({ ...job, ...change })
        const before = [detailsOf(job), job.destructionMs, job.executionDurationS]
        if (await happened(sql, id, next, destructionMs, executionDurationS, phases, ...before)) return true
      }
      throw new CatalogError('unavailable', 'other changes of the job were in the way again and again: try again')
    },
    async transition(id, from, to, nowMs) {
      const allowed = from.filter((phase) => phasesBefore(to).includes(phase))
      if (allowed.length === 0) return false
      const sql = `UPDATE jobs SET phase = $2, worker = NULL, lease_ms = NULL,
          ended_ms = CASE WHEN $2::text IN ('COMPLETED', 'ERROR', 'ABORTED') THEN $3::bigint END,
          queued_ms = CASE WHEN $2::text = 'QUEUED' THEN $3::bigint ELSE queued_ms END
        WHERE id = $1 AND phase = ANY($4)`
      return happened(sql, id, to, nowMs, allowed)
    },
    async claim({ worker, kinds, nowMs, leaseMs, perOwner }: Claim) {
      const sql = 'SELECT * FROM claim_job($1, $2, $3, $4, $5)'
      return (await rows(sql, worker, kinds, nowMs, nowMs + leaseMs, perOwner)).map(jobOf)[0]
    },
    heartbeat: (id, worker, leaseUntilMs) =>
      happened(
        `UPDATE jobs SET lease_ms = $3 WHERE id = $1 AND worker = $2 AND phase = 'EXECUTING'`,
        ...[id, worker, leaseUntilMs],
      ),
    finish: (id, worker, { phase, endedMs, results = [], failure }: JobEnd) =>
      happened(
        `UPDATE jobs SET phase = $3, ended_ms = $4, ending = $5, worker = NULL, lease_ms = NULL
         WHERE id = $1 AND worker = $2 AND phase = 'EXECUTING'`,
        ...[id, worker, phase, endedMs, JSON.stringify({ results, failure })],
      ),
    release: (id, worker) =>
      happened(
        `UPDATE jobs SET phase = 'QUEUED', worker = NULL, lease_ms = NULL, started_ms = NULL, attempts = attempts - 1
         WHERE id = $1 AND worker = $2 AND phase = 'EXECUTING'`,
        ...[id, worker],
      ),
    remove: (id) => happened('DELETE FROM jobs WHERE id = $1', id),
    expired: async (nowMs, limit) =>
      (await rows('SELECT * FROM jobs WHERE destruction_ms <= $1 ORDER BY destruction_ms LIMIT $2', nowMs, limit)).map(
        jobOf,
      ),
    async close() {
      if (!pool.ended) await pool.end()
    },
  }
}
