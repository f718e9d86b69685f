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
import { type EdgeConfig, workerdConfig } from './workerd-config.ts'

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
  /** The region's cache that several edges share: a folder, which this edge may offer to others at `listen`
   * (`host:port`), or the address of an edge that does. Default: none. */
  readonly regionStore?: EdgeConfig['region']
  /** Isolates that share their flights, each with a port of its own. Default 1. */
  readonly isolates?: number
  /** Further text bindings of the edge worker, by the names of workers/edge/env.ts. */
  readonly settings?: Readonly<Record<string, string>>
  /** What workerd says. Default: nowhere. */
  readonly log?: (line: string) => void
}

export interface RunningEdge {
  readonly url: string
  readonly port: number
  /** Of all its sockets by name: `http`, further isolates, `region`. */
  readonly ports: ReadonlyMap<string, number>
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
    const { edge, region: door } = await bundleWorkers('edge', 'region')
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const bindings = {
      ORIGIN_URL: originUrl,
      EDGE_SECRET: secret,
      REGION: region,
      ...(issuer ? { TOKEN_ISSUER: issuer } : {}),
      ...options.settings,
    }
    const modules = { edge: 'edge.mjs', region: 'region.mjs' }
    const { regionStore, isolates = 1 } = options
    const config = workerdConfig({ address, modules, cacheFolder, region: regionStore, isolates, bindings })
    await Promise.all([
      writeFile(join(folder, modules.edge), edge.code),
      writeFile(join(folder, modules.region), door.code),
      writeFile(join(folder, 'edge.capnp'), config, { mode: 0o600 }),
    ])
    const folders = [cacheFolder]
    if (regionStore && 'folder' in regionStore) {
      await mkdir(regionStore.folder, { recursive: true, mode: 0o700 })
      folders.push(regionStore.folder)
    }
    const sockets = isolates + (regionStore && 'listen' in regionStore && regionStore.listen ? 1 : 0)
    return await runWorkerd(folder, { host, address, log, folders, cacheBytes, sockets })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

export interface RunOptions {
  readonly host: string
  readonly address: string
  readonly log: (line: string) => void
  /** Of caches, each held within `cacheBytes`. */
  readonly folders: readonly string[]
  readonly cacheBytes: number
  readonly sockets: number
}

/** `workerd serve` of the `edge.capnp` in a folder, which goes when it ends. */
export async function runWorkerd(
  folder: string,
  { host, address, log, folders, cacheBytes, sockets }: RunOptions,
): Promise<RunningEdge> {
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
  const bounds = folders.map((path) => boundFolder(path, cacheBytes))
  const cleaned = ended.then(async (code) => {
    for (const bound of bounds) bound.stop()
    watch.dismiss()
    await rm(folder, { recursive: true, force: true })
    return code
  })
  const found = await Promise.race([listening(child.stdio[3] as Readable, sockets), ended.then(() => undefined)])
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
  const port = found.get('http') as number
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  return { url, port, ports: found, pid: child.pid as number, ended: cleaned, stop }
}

/** workerd's word that it listens, and on which ports. */
async function listening(control: Readable, sockets: number): Promise<ReadonlyMap<string, number>> {
  const ports = new Map<string, number>()
  for await (const line of createInterface(control)) {
    const event = JSON.parse(line) as { event?: string; socket?: string; port?: number }
    if (event.event !== 'listen' || event.socket === undefined || event.port === undefined) continue
    ports.set(event.socket, event.port)
    if (ports.size === sockets) return ports
  }
  return new Promise(() => undefined)
}
