// What the edge benchmarks run on: an origin of a few lines that has one map, and peers of the edge.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../../scripts/processes/worker-bundle.ts'
import { childrenOf } from './load.ts'
import { FITS_BYTES, TILE_BYTES, tileBytes, tilePath } from './tiles.ts'

export const SECRET = 'only-for-the-benchmark-0123456789'
const WORKERD = (createRequire(import.meta.url)('workerd') as { default: string }).default

export interface Stage {
  readonly url: string
  readonly pids: readonly number[]
  stop(): Promise<void>
}

export interface OriginStage extends Stage {
  /** Tile requests since the last call. */
  hits(): Promise<number>
}

/** Node's own http in a process of its own: what it costs to ask an origin at all. `delayMs` per tile. */
export async function startOriginStage({ delayMs = 0, tileBytes = TILE_BYTES } = {}): Promise<OriginStage> {
  const args = [join(import.meta.dirname, 'origin.ts'), String(delayMs), String(tileBytes)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const url = String(line).trim()
  return {
    url,
    pids: [child.pid as number],
    hits: async () => Number(await (await fetch(`${url}/hits`)).text()),
    stop: () => ended(child),
  }
}

/** The least that workerd can do in JavaScript. */
export async function startHello(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-hello-'))
  writeFileSync(join(folder, 'hello.mjs'), `export default { fetch() { return new Response('hi') } }`)
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "hello", worker = .hello)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "hello")],
);
const hello :Workerd.Worker = (
  modules = [(name = "hello.mjs", esModule = embed "hello.mjs")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  compatibilityFlags = ["${COMPATIBILITY_FLAGS.join('", "')}"],
);`
  writeFileSync(join(folder, 'hello.capnp'), config)
  const child = spawn(WORKERD, ['serve', '--control-fd=3', join(folder, 'hello.capnp')], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const [line] = (await once(child.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer]
  const { port } = JSON.parse(String(line).split('\n')[0])
  return {
    url: `http://127.0.0.1:${port}/`,
    pids: [child.pid as number],
    stop: async () => {
      await ended(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** nginx sends the same bytes from files, `/tile.png` and `/tile.fits`; `undefined` where it is not installed. */
export async function startNginx(): Promise<Stage | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-nginx-'))
  const port = await freePort()
  writeFileSync(join(folder, 'tile.png'), tileBytes())
  writeFileSync(join(folder, 'tile.fits'), tileBytes(FITS_BYTES))
  // As root, nginx would serve as another user, who may not read the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const config = `${user} daemon off; master_process on; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; sendfile on; tcp_nopush on; open_file_cache max=100; types { image/png png; }
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; root ${folder}; etag on; add_header Access-Control-Allow-Origin *; } }`
  writeFileSync(join(folder, 'nginx.conf'), config)
  const child = spawn('nginx', ['-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`], { stdio: 'ignore' })
  const failed = new Promise<true>((resolve) => {
    child.on('error', () => resolve(true))
    child.on('exit', () => resolve(true))
  })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  if (await answers(`${url}/tile.png`, failed)) return { url, pids: childrenOf(child.pid as number), stop }
  await stop()
  return undefined
}

/** varnish in front of the origin, with everything in memory; `undefined` where it is not installed. */
export async function startVarnish(origin: Stage): Promise<Stage | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-varnish-'))
  const port = await freePort()
  const args = ['-F', '-j', 'none', '-n', folder, '-a', `127.0.0.1:${port}`, '-s', 'malloc,256m']
  const child = spawn('/usr/sbin/varnishd', [...args, '-b', origin.url.replace('http://', '')], { stdio: 'ignore' })
  const failed = new Promise<true>((resolve) => {
    child.on('error', () => resolve(true))
    child.on('exit', () => resolve(true))
  })
  const stop = async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  if (await answers(url + tilePath(1), failed)) return { url, pids: childrenOf(child.pid as number), stop }
  await stop()
  return undefined
}

async function answers(url: string, failed: Promise<true>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await Promise.race([fetch(url).catch(() => undefined), failed])
    if (answer === true) return false
    await answer?.arrayBuffer()
    if (answer?.ok) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  socket.close()
  return port
}
