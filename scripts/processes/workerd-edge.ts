// One edge on plain workerd: bundles the workers, writes the configuration, starts the process, keeps the cache
// folder within its bounds, and stops it all again.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { boundFolder } from './bounded-folder.ts'
import { Watch } from './watch.ts'
import { bundleWorkers } from './worker-bundle.ts'
import { workerdConfig } from './workerd-config.ts'

export interface WorkerdEdgeOptions {
  readonly originUrl: string
  readonly secret: string
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  /** Where its cache lies; made when it is not there. */
  readonly cacheFolder: string
  /** Bytes the cache folder may hold. Default 10 GiB. */
  readonly cacheBytes?: number
  readonly issuer?: string
  readonly region?: string
  /** What workerd says. Default: nowhere. */
  readonly log?: (line: string) => void
}

export interface RunningEdge {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** When it ended, with its exit status; also when nobody stopped it. */
  readonly ended: Promise<number>
  stop(): Promise<void>
}

/** The package's export is the binary's path; it has no types. */
const WORKERD = (createRequire(import.meta.url)('workerd') as { default: string }).default
const GIB = 1024 ** 3
const STOP_MS = 3_000

export async function startWorkerdEdge(options: WorkerdEdgeOptions): Promise<RunningEdge> {
  const {
    originUrl,
    secret,
    host,
    port,
    cacheBytes = 10 * GIB,
    issuer,
    region = 'local',
    log = () => undefined,
  } = options
  const cacheFolder = resolve(options.cacheFolder)
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(tmpdir(), 'skyedge-edge-'))
  try {
    const { edge, colo } = await bundleWorkers('edge', 'colo')
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const bindings = {
      ORIGIN_URL: originUrl,
      EDGE_SECRET: secret,
      REGION: region,
      ...(issuer ? { TOKEN_ISSUER: issuer } : {}),
    }
    const modules = { edge: 'edge.mjs', colo: 'colo.mjs' }
    const config = workerdConfig({ address, modules, cacheFolder, bindings })
    await Promise.all([
      writeFile(join(folder, modules.edge), edge.code),
      writeFile(join(folder, modules.colo), colo.code),
      writeFile(join(folder, 'edge.capnp'), config, { mode: 0o600 }),
    ])
    return await run(folder, { host, address, log, cacheFolder, cacheBytes })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

interface RunOptions {
  readonly host: string
  readonly address: string
  readonly log: (line: string) => void
  readonly cacheFolder: string
  readonly cacheBytes: number
}

async function run(folder: string, { host, address, log, cacheFolder, cacheBytes }: RunOptions): Promise<RunningEdge> {
  const child = spawn(WORKERD, ['serve', '--control-fd=3', join(folder, 'edge.capnp')], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  const watch = new Watch()
  watch.add(child.pid)
  // Until it listens, what it says is the reason why it does not.
  const said: string[] = []
  let started = false
  createInterface(child.stderr as Readable).on('line', (line) => {
    if (started) log(line)
    else said.push(line)
  })
  const ended = once(child, 'exit').then(([code]) => (code as number | null) ?? 0)
  const bound = boundFolder(cacheFolder, cacheBytes)
  const cleaned = ended.then(async (code) => {
    bound.stop()
    watch.dismiss()
    await rm(folder, { recursive: true, force: true })
    return code
  })
  const found = await Promise.race([listening(child.stdio[3] as Readable), ended.then(() => undefined)])
  if (found === undefined) {
    await cleaned
    const inUse = said.some((line) => /address already in use/i.test(line))
    throw new Error(inUse ? `port ${address} is in use` : `workerd did not start: ${said.join(' ').slice(0, 500)}`)
  }
  started = true
  const stop = async () => {
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await cleaned
    clearTimeout(force)
  }
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${found}`
  return { url, port: found, pid: child.pid as number, ended: cleaned, stop }
}

/** workerd's word that it listens, and on which port. */
async function listening(control: Readable): Promise<number> {
  for await (const line of createInterface(control)) {
    const event = JSON.parse(line) as { event?: string; socket?: string; port?: number }
    if (event.event === 'listen' && event.socket === 'http' && event.port !== undefined) return event.port
  }
  return new Promise(() => undefined)
}
