// Many jobs, three processes on one database, one of them killed while it works.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { ANONYMOUS } from '#src/rights'
import { openPostgresJobs } from '../../../origin/jobs/postgres-jobs.ts'
import { postgres } from '../../support/optional.ts'
import { freshDatabase } from '../../support/postgres.ts'

const server = postgres()
const WORKER = join(import.meta.dirname, '../../support/job-worker.ts')
const JOBS = 120

const folder = mkdtempSync(join(tmpdir(), 'skyedge-workers-'))
const children: ChildProcess[] = []
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const child of children) child.kill('SIGKILL')
})

async function worker(url: string): Promise<ChildProcess> {
  const env = { ...process.env, DATABASE_URL: url, JOBS_FOLDER: folder }
  const child = spawn(process.execPath, ['--no-warnings', WORKER], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

describe.skipIf(!server.found)(server.says('jobs of several origins'), () => {
  it('run once each, and again only where their process died: none twice at a time, none lost', async () => {
    const database = await freshDatabase()
    const store = await openPostgresJobs(database.url)
    await database.query(`CREATE TABLE runs (run bigint GENERATED ALWAYS AS IDENTITY, job text, process int,
      began timestamptz, ended timestamptz)`)
    for (let i = 0; i < JOBS; i++) {
      const id = `job-${i}`
      const times = { createdMs: Date.now(), destructionMs: Date.now() + 1e7, executionDurationS: 60 }
      const parameters = [['MS', String(20 + ((i * 37) % 100))]] as const
      const owner = `user-${i % 7}`
      await store.create({
        id,
        kind: 'work',
        owner,
        principal: ANONYMOUS,
        base: '',
        parameters,
        attachments: [],
        ...times,
      })
      await store.transition(id, ['PENDING'], 'QUEUED', Date.now())
    }
    const [, victim] = await Promise.all([1, 2, 3].map(() => worker(database.url)))
    // Killed when it has done some and has others in hand.
    const ofVictim = `SELECT count(ended) AS done, count(*) - count(ended) AS open FROM runs WHERE process = ${victim.pid}`
    for (;;) {
      const [{ done, open }] = await database.query(ofVictim)
      if (Number(done) >= 5 && Number(open) >= 2) break
      await sleep(5)
    }
    victim.kill('SIGKILL')
    await once(victim, 'exit')
    const [{ open }] = await database.query(ofVictim)
    const phases = 'SELECT phase, count(*)::int AS n FROM jobs GROUP BY phase'
    for (let i = 0; i < 400; i++) {
      if ((await database.query(phases)).every(({ phase }) => phase === 'COMPLETED')) break
      await sleep(50)
    }
    expect(await database.query(phases)).toEqual([{ phase: 'COMPLETED', n: JOBS }])

    const overlaps = await database.query(`SELECT a.job FROM runs a JOIN runs b ON a.job = b.job AND a.run < b.run
      WHERE a.process <> ${victim.pid} AND (a.ended IS NULL OR b.began < a.ended)`)
    expect(overlaps).toEqual([])
    const finished = await database.query('SELECT job, count(ended)::int AS n FROM runs GROUP BY job')
    expect(finished).toHaveLength(JOBS)
    // Only what the killed process had in hand was begun twice, and only by others after its lease ran out.
    const twice =
      await database.query(`SELECT job, count(*)::int AS n, min(process) FILTER (WHERE ended IS NULL) AS first
      FROM runs GROUP BY job HAVING count(*) > 1`)
    expect(twice.every(({ n }) => n === 2)).toBe(true)
    expect(twice.length).toBeGreaterThanOrEqual(Number(open))
    expect(twice.length).toBeLessThanOrEqual(3)
    const shares = await database.query('SELECT process, count(*)::int AS n FROM runs GROUP BY process')
    expect(shares).toHaveLength(3)
    await store.close()
    for (const child of children) child.kill('SIGKILL')
    await database.drop()
  })
})
