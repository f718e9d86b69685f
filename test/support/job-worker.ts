// A process that runs jobs of kind `work` from the database DATABASE_URL (files in JOBS_FOLDER), as an origin does, and writes down in the
// table `runs` when it began and ended each: tests start several of them and kill some.

import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { openPostgresJobs } from '../../origin/jobs/postgres-jobs.ts'
import { createJobFiles } from '../../origin/jobs/results.ts'
import { createJobRunner, type JobHandler } from '../../origin/jobs/runner.ts'

const url = process.env.DATABASE_URL as string
const pool = new pg.Pool({ connectionString: url, max: 4 })

const work: JobHandler = {
  kind: 'work',
  async run(job, { signal }) {
    // The database's clock is the same for all processes.
    const sql = 'INSERT INTO runs (job, process, began) VALUES ($1, $2, clock_timestamp()) RETURNING run'
    const { rows } = await pool.query(sql, [job.id, process.pid])
    await sleep(Number(job.parameters[0][1]), undefined, { signal })
    await pool.query('UPDATE runs SET ended = clock_timestamp() WHERE run = $1', [rows[0].run])
    return []
  },
  failure: (error) => ({ message: String(error), transient: true, document: '' }),
}

const runner = createJobRunner({
  store: await openPostgresJobs(url),
  files: createJobFiles(process.env.JOBS_FOLDER as string),
  handlers: [work],
  log: pino({ level: 'silent' }),
  clock: Date.now,
  slots: 3,
  perOwner: 1000,
  leaseMs: 1500,
  heartbeatMs: 250,
  pollMs: 100,
})
runner.kick()
console.log('ready')
