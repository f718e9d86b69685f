// A private PostgreSQL with pg_sphere for tests and benchmarks: its own folder, port and password, no fsync. One server
// serves all files of a run (the first that asks starts it); each asks for databases of its own, copies of a template.
// A watching shell ends the server and removes its folder when the run is gone, however it went.

import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'
import pg from 'pg'
import { freePorts } from './free-ports.ts'
import { postgresBin } from './optional.ts'

export interface PostgresServer {
  readonly port: number
  /** Folder of the unix socket. */
  readonly socket: string
  /** The password of user `skyedge`, for tests that look for it where it must not be. */
  readonly password: string
  /** `postgres://skyedge:…@127.0.0.1:port/database`. */
  url(database: string): string
}

export interface TestDatabase {
  readonly name: string
  readonly url: string
  /** Rows of one statement, as objects, over a connection of its own. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  drop(): Promise<void>
}

/** A server of one test alone, which may be stopped and started again on the same port. */
export interface OwnServer extends PostgresServer {
  stop(): Promise<void>
  start(): Promise<void>
}

const USER = 'skyedge'
const TEMPLATE = 'skyedge_template'
const START_MS = 60_000
// Durability is of no use to a test; sizes suit two cores and the 10^6 rows of the benchmarks.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '150',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  log_min_messages: 'warning',
}

/** The run's server; starts it where nobody did. */
export async function postgresServer(): Promise<PostgresServer> {
  // A file of the suite is run by a child or by a thread of the run; a script is its own run.
  const owner = process.env.VITEST && isMainThread ? process.ppid : process.pid
  const folder = join(tmpdir(), `skyedge-postgres-${owner}-${startOf(owner)}`)
  const ready = join(folder, 'ready.json')
  const failed = join(folder, 'failed.txt')
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    for (let waited = 0; !existsSync(ready); waited += 50) {
      if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'))
      if (waited > START_MS) throw new Error('the PostgreSQL of this run does not start')
      await sleep(50)
    }
    const { port, password } = JSON.parse(readFileSync(ready, 'utf8')) as { port: number; password: string }
    return serverAt(folder, port, password)
  }
  try {
    const { port, password } = await prepare(folder, owner)
    const server = serverAt(folder, port, password)
    await withClient(server.url('postgres'), async (client) => {
      await client.query(`CREATE DATABASE ${TEMPLATE}`)
    })
    await withClient(server.url(TEMPLATE), createSphere)
    writeFileSync(`${ready}.new`, JSON.stringify({ port, password }), { mode: 0o600 })
    renameSync(`${ready}.new`, ready)
    return server
  } catch (error) {
    // Nobody waits for what will not come.
    writeFileSync(failed, `the PostgreSQL of this run does not start: ${error}`)
    throw error
  }
}

/** A fresh, empty database with pg_sphere on the run's server; some tens of milliseconds. */
export async function freshDatabase(): Promise<TestDatabase> {
  const server = await postgresServer()
  const name = `t_${randomBytes(6).toString('hex')}`
  const url = server.url(name)
  await withClient(server.url('postgres'), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`))
  return {
    name,
    url,
    query: (sql, values) => withClient(url, async (client) => (await client.query(sql, values)).rows),
    async drop() {
      await withClient(server.url('postgres'), (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
    },
  }
}

/** A server for a test that takes it away and brings it back. */
export async function ownServer(): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-postgres-own-'))
  const { port, password } = await prepare(folder, process.pid)
  const server = serverAt(folder, port, password)
  await withClient(server.url('postgres'), createSphere)
  return {
    ...server,
    async stop() {
      const pid = Number(readFileSync(join(folder, 'data/postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(pid, 'SIGINT')
      while (existsSync(join(folder, 'data/postmaster.pid'))) await sleep(20)
    },
    start: () => start(folder, port, password),
  }
}

async function createSphere(client: pg.Client): Promise<void> {
  try {
    await client.query('CREATE EXTENSION pg_sphere')
  } catch (error) {
    throw new Error(
      'pg_sphere cannot be created here; where commutators are the reason, see scripts/mend-pg-sphere.sh',
      {
        cause: error,
      },
    )
  }
}

const serverAt = (folder: string, port: number, password: string): PostgresServer => ({
  port,
  password,
  socket: folder,
  url: (database) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`,
})

async function prepare(folder: string, owner: number): Promise<{ port: number; password: string }> {
  const password = randomBytes(12).toString('hex')
  const identity = unprivileged()
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid!)
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (identity.uid !== undefined) chownSync(passwordFile, identity.uid, identity.gid!)
  watch(folder, owner)
  const initdb = spawnSync(
    join(bin(), 'initdb'),
    [
      '-D',
      join(folder, 'data'),
      '-U',
      USER,
      '--pwfile',
      passwordFile,
      '--no-sync',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ].concat(['--auth-local=trust', '--auth-host=scram-sha-256']),
    { ...identity, cwd: folder, encoding: 'utf8' },
  )
  if (initdb.status !== 0) throw new Error(`initdb fails: ${initdb.stderr}`)
  // Somebody may take a free port between its finding and its use: look again.
  for (let attempt = 1; ; attempt++) {
    const [port] = await freePorts(1)
    try {
      await start(folder, port, password)
      return { port, password }
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function start(folder: string, port: number, password: string): Promise<void> {
  const data = join(folder, 'data')
  const settings = Object.entries({ ...SETTINGS, port: String(port), unix_socket_directories: folder })
  const child = spawn(join(bin(), 'postgres'), ['-D', data, ...settings.flatMap(([k, v]) => ['-c', `${k}=${v}`])], {
    ...unprivileged(),
    cwd: folder,
    detached: true,
    stdio: 'ignore',
  })
  child.unref()
  const until = Date.now() + START_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ends at its start with ${child.exitCode}`)
    try {
      return await withClient(serverAt(folder, port, password).url('postgres'), async (client) => {
        await client.query('SELECT 1')
      })
    } catch (error) {
      if (Date.now() > until) throw error
      await sleep(30)
    }
  }
}

/** Ends the server (immediate shutdown) and removes the folder once `owner` is gone. */
function watch(folder: string, owner: number): void {
  const script = `while kill -0 ${owner} 2>/dev/null; do sleep 0.5; done
    [ -f data/postmaster.pid ] && kill -QUIT "$(head -1 data/postmaster.pid)"
    sleep 1; cd / && rm -rf "$1"`
  spawn('sh', ['-c', script, 'watch', folder], { cwd: folder, detached: true, stdio: 'ignore' }).unref()
}

/** PostgreSQL refuses to run as root: then it runs as its own user of Debian's package, else as nobody. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout || NaN),
    )
    if (uid > 0 && gid > 0) return { uid, gid }
  }
  throw new Error('PostgreSQL needs a user other than root')
}

function bin(): string {
  const found = postgresBin()
  if (!found) throw new Error('PostgreSQL is not installed: ask postgres().found of optional.ts first')
  return found
}

/** Start of a process in clock ticks since boot: tells two apart that had the same number. */
function startOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[19]
  } catch {
    return '0'
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  // A server that is stopped tells its idle clients so; each call reports its own failure.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
