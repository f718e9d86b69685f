import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { postgres } from './optional.ts'
import { freshDatabase, ownServer, postgresServer } from './postgres.ts'

const server = postgres()

describe.skipIf(!server.found)(server.says('the suite’s own PostgreSQL'), () => {
  it('gives each asker a database of its own, with pg_sphere', async () => {
    const [one, two] = await Promise.all([freshDatabase(), freshDatabase()])
    await one.query('CREATE TABLE only_here (a int8)')
    expect(await two.query(`SELECT to_regclass('only_here') AS found`)).toEqual([{ found: null }])
    const [{ inside }] = await one.query('SELECT spoint(0.1, 0.1) <@ scircle(spoint(0, 0), 0.2) AS inside')
    expect(inside).toBe(true)
    await Promise.all([one.drop(), two.drop()])
  })

  it('is one server for everybody of the run, which refuses a wrong password', async () => {
    const [a, b] = await Promise.all([postgresServer(), postgresServer()])
    expect(a.port).toBe(b.port)
    const wrong = spawnSync('psql', ['-c', 'SELECT 1', `postgres://skyedge:wrong@127.0.0.1:${a.port}/postgres`])
    expect(wrong.status).not.toBe(0)
  })

  it('can be taken away and brought back', async () => {
    const own = await ownServer()
    await own.stop()
    await own.start()
    expect(own.url('postgres')).toContain(`:${own.port}/`)
    await own.stop()
  })

  it('ends with the process that started it, though that was killed', async () => {
    const script = `import { postgresServer } from ${JSON.stringify(join(import.meta.dirname, 'postgres.ts'))}
      console.log((await postgresServer()).socket); setInterval(() => {}, 1000)`
    const env = { ...process.env, VITEST: '' }
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [chunk] = await child.stdout.take(1).toArray()
    const folder = String(chunk).trim()
    expect(existsSync(folder)).toBe(true)
    child.kill('SIGKILL')
    for (let i = 0; i < 100 && existsSync(folder); i++) await sleep(100)
    expect(existsSync(folder)).toBe(false)
  })
})
