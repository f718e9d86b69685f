// Three whole origins, as an operator starts them, on one database and one SKYEDGE_DATA; clients start queries at each
// of them; one is killed while it runs some.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openPostgresCatalog } from '../../../origin/catalog/postgres/postgres-catalog.ts'
import { RELEASE, survey } from '../../bench/support/obscore-rows.ts'
import { postgres } from '../../support/optional.ts'
import { freshDatabase } from '../../support/postgres.ts'

const server = postgres()
const folder = mkdtempSync(join(tmpdir(), 'skyedge-origins-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

async function origin(databaseUrl: string): Promise<{ child: ChildProcess; url: string; logged: string[] }> {
  const child = spawn(process.execPath, ['--no-warnings', 'origin/main.ts'], {
    cwd: resolve(import.meta.dirname, '../../..'),
    env: { ...process.env, SKYEDGE_DATA: folder, SKYEDGE_DATABASE_URL: databaseUrl, SKYEDGE_ORIGIN_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const logged: string[] = []
  const ready = Promise.withResolvers<string>()
  child.stdout.on('data', (chunk: Buffer) => {
    logged.push(String(chunk))
    const [, url] = /ready origin=(\S+)/.exec(logged.join('')) ?? []
    if (url) ready.resolve(url)
  })
  return { child, url: await ready.promise, logged }
}

async function start(url: string, query: string): Promise<string> {
  const body = new URLSearchParams({ LANG: 'ADQL', PHASE: 'RUN', FORMAT: 'csv', QUERY: query })
  const answer = await fetch(`${url}/tap/async`, { method: 'POST', body, redirect: 'manual' })
  expect(answer.status).toBe(303)
  return answer.headers.get('location')!.split('/').at(-1)!
}

const QUICK = 'SELECT COUNT(*) AS n FROM ivoa.obscore'
// Some seconds: 200 rows, each with each with each.
const SLOW = `SELECT COUNT(*) AS n FROM ivoa.obscore a, ivoa.obscore b, ivoa.obscore c WHERE a.s_ra + b.s_ra + c.s_ra < -1`

describe.skipIf(!server.found)(server.says('queries of three origins on one PostgreSQL'), () => {
  it('all end well though one origin is killed, and only what it ran is run again', { timeout: 90_000 }, async () => {
    const database = await freshDatabase()
    const catalog = await openPostgresCatalog(database.url)
    await catalog.load(RELEASE, survey({ visits: 1, patches: 60 }))
    await catalog.close()
    const [first, second, victim] = await Promise.all([1, 2, 3].map(() => origin(database.url)))

    const hit = await start(victim.url, SLOW)
    const jobOf = async (id: string) => (await database.query('SELECT * FROM jobs WHERE id = $1', [id]))[0]
    while ((await jobOf(hit)).phase !== 'EXECUTING') await sleep(20)
    victim.child.kill('SIGKILL')
    await once(victim.child, 'exit')
    const { worker } = await jobOf(hit)
    const others: string[] = []
    for (let i = 0; i < 12; i++) others.push(await start([first, second][i % 2].url, QUICK))

    const open = `SELECT count(*)::int AS n FROM jobs WHERE phase <> 'COMPLETED'`
    for (let i = 0; i < 600 && Number((await database.query(open))[0].n) > 0; i++) await sleep(100)
    const jobs = await database.query('SELECT id, phase, attempts::int AS attempts FROM jobs')
    expect(jobs.every(({ phase }) => phase === 'COMPLETED')).toBe(true)
    expect(jobs).toHaveLength(13)
    expect(jobs.filter(({ attempts }) => attempts !== 1)).toEqual([{ id: hit, phase: 'COMPLETED', attempts: 2 }])
    expect(worker).toBeTruthy()
    // Each origin gives the results of all of them.
    expect(await (await fetch(`${second.url}/tap/async/${hit}/results/result`)).text()).toBe('n\r\n0\r\n')
    expect(await (await fetch(`${first.url}/tap/async/${others[1]}/results/result`)).text()).toBe('n\r\n249\r\n')
    const { password } = new URL(database.url)
    for (const { logged } of [first, second, victim]) expect(logged.join('')).not.toContain(password)
    for (const child of children) child.kill('SIGKILL')
    await database.drop()
  })
})
