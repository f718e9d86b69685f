// Jobs in an SQLite file of their own, so that those who write jobs never wait for those who read the catalogue.
// WAL with synchronous=NORMAL: a job may be lost by a power cut in its first moments, never by the end of the process.

import { DatabaseSync } from 'node:sqlite'
import { phasesBefore } from '#src/uws'
import { JobError } from './errors.ts'
import { detailsOf, type JobRow, jobOf } from './rows.ts'
import type { Claim, JobChange, JobEnd, JobListFilter, JobStore, NewJob, StoredJob } from './store.ts'

const SCHEMA = 1
const TABLES = `
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT,
    phase TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    queued_ms INTEGER,
    started_ms INTEGER,
    ended_ms INTEGER,
    destruction_ms INTEGER NOT NULL,
    duration_s INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT,
    lease_ms INTEGER,
    details TEXT NOT NULL,
    ending TEXT
  ) STRICT;
  CREATE INDEX jobs_by_owner ON jobs (owner, phase, created_ms);
  CREATE INDEX jobs_to_run ON jobs (queued_ms) WHERE phase IN ('QUEUED', 'EXECUTING');
  CREATE INDEX jobs_by_destruction ON jobs (destruction_ms);
  PRAGMA user_version = ${SCHEMA};`

const list = (values: readonly string[]) => values.map(() => '?').join(', ')

export function openSqliteJobs(path: string): JobStore {
  const db = open(path)
  const run = (sql: string, ...values: (string | number | null)[]) => Number(db.prepare(sql).run(...values).changes)
  const rows = (sql: string, ...values: (string | number | null)[]) =>
    db.prepare(sql).all(...values) as unknown as JobRow[]
  const one = (id: string) => rows('SELECT * FROM jobs WHERE id = ?', id).map(jobOf)[0] as StoredJob | undefined

  return {
    async create(job: NewJob) {
      run(
        `INSERT INTO jobs (id, kind, owner, phase, created_ms, destruction_ms, duration_s, details)
         VALUES (?, ?, ?, 'PENDING', ?, ?, ?, ?)`,
        job.id,
        job.kind,
        job.owner ?? null,
        job.createdMs,
        job.destructionMs,
        job.executionDurationS,
        detailsOf(job),
      )
    },
    get: async (id) => one(id),
    async list({ kind, owner, phases, afterMs = -1, last = -1 }: JobListFilter) {
      const which = phases.length > 0 ? `phase IN (${list(phases)})` : `phase <> 'ARCHIVED'`
      const sql = `SELECT * FROM jobs WHERE kind = ? AND owner = ? AND ${which} AND created_ms > ?
                   ORDER BY created_ms DESC, id LIMIT ?`
      return rows(sql, kind, owner, ...phases, afterMs, last).map(jobOf)
    },
    async count(owner, phases) {
      const sql = `SELECT count(*) AS n FROM jobs WHERE owner IS ? AND phase IN (${list(phases)})`
      return (db.prepare(sql).get(owner ?? null, ...phases) as { n: number }).n
    },
    async change(id: string, change: JobChange, phases) {
      const job = one(id)
      if (!job) return false
      const changed = { ...job, ...change }
      const sql = `UPDATE jobs SET details = ?, destruction_ms = ?, duration_s = ? WHERE id = ? AND phase IN (${list(phases)})`
      return run(sql, detailsOf(changed), changed.destructionMs, changed.executionDurationS, id, ...phases) > 0
    },
    async transition(id, from, to, nowMs) {
      const allowed = from.filter((phase) => phasesBefore(to).includes(phase))
      if (allowed.length === 0) return false
      const over = to === 'COMPLETED' || to === 'ERROR' || to === 'ABORTED'
      const sql = `UPDATE jobs SET phase = ?, worker = NULL, lease_ms = NULL, ended_ms = ${over ? '?' : 'NULLIF(?, -1)'},
                   queued_ms = CASE WHEN ? = 'QUEUED' THEN ? ELSE queued_ms END WHERE id = ? AND phase IN (${list(allowed)})`
      return run(sql, to, over ? nowMs : -1, to, nowMs, id, ...allowed) > 0
    },
    async claim({ worker, kinds, nowMs, leaseMs, perOwner }: Claim) {
      const sql = `
        UPDATE jobs SET phase = 'EXECUTING', worker = ?, lease_ms = ?, started_ms = ?, attempts = attempts + 1
        WHERE id = (
          SELECT id FROM jobs AS job
          WHERE kind IN (${list(kinds)}) AND (
            phase = 'EXECUTING' AND lease_ms < ?
            OR phase = 'QUEUED' AND ? > (SELECT count(*) FROM jobs WHERE owner IS job.owner AND phase = 'EXECUTING'))
          ORDER BY queued_ms, created_ms LIMIT 1)
        RETURNING *`
      return rows(sql, worker, nowMs + leaseMs, nowMs, ...kinds, nowMs, perOwner).map(jobOf)[0]
    },
    async heartbeat(id, worker, leaseUntilMs) {
      const sql = `UPDATE jobs SET lease_ms = ? WHERE id = ? AND worker = ? AND phase = 'EXECUTING'`
      return run(sql, leaseUntilMs, id, worker) > 0
    },
    async finish(id, worker, { phase, endedMs, results = [], failure }: JobEnd) {
      const sql = `UPDATE jobs SET phase = ?, ended_ms = ?, ending = ?, worker = NULL, lease_ms = NULL
                   WHERE id = ? AND worker = ? AND phase = 'EXECUTING'`
      return run(sql, phase, endedMs, JSON.stringify({ results, failure }), id, worker) > 0
    },
    async release(id, worker) {
      const sql = `UPDATE jobs SET phase = 'QUEUED', worker = NULL, lease_ms = NULL, started_ms = NULL,
                   attempts = attempts - 1 WHERE id = ? AND worker = ? AND phase = 'EXECUTING'`
      return run(sql, id, worker) > 0
    },
    remove: async (id) => run('DELETE FROM jobs WHERE id = ?', id) > 0,
    expired: async (nowMs, limit) =>
      rows('SELECT * FROM jobs WHERE destruction_ms <= ? ORDER BY destruction_ms LIMIT ?', nowMs, limit).map(jobOf),
    async close() {
      if (db.isOpen) db.close()
    },
  }
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  db.exec('BEGIN IMMEDIATE')
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version === 0) db.exec(TABLES)
  db.exec('COMMIT')
  if (version <= SCHEMA) return db
  db.close()
  throw new JobError('newer-schema', `the jobs have schema ${version}, this version of Skyedge knows ${SCHEMA}`)
}
