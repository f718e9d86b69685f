// What the edge benchmarks run on: an origin of a few lines that has one map, and peers of the edge.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../../scripts/processes/worker-bundle.ts'
import { childrenOf } from './load.ts'

export const SECRET = 'only-for-the-benchmark-0123456789'
export const TILE_BYTES = 50_000
export const MAP = 'bench'
export const tilePath = (npix: number) =>
  `/hips/public/${MAP}/Norder9/Dir${Math.floor(npix / 10_000) * 10_000}/Npix${npix}.png`

const WORKERD = (createRequire(import.meta.url)('workerd') as { default: string }).default

export interface Stage {
  readonly url: string
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** Bytes that do not compress, like a PNG's. */
export function tileBytes(length = TILE_BYTES): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 12345
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

export interface OriginStage extends Stage {
  /** Tile requests since the last call. */
  hits(): number
}

/** Node's own http: what it costs to ask an origin at all. `delayMs` per tile. */
export async function startOriginStage({ delayMs = 0 }: { delayMs?: number } = {}): Promise<OriginStage> {
  const tile = tileBytes()
  let hits = 0
  const manifest = JSON.stringify({
    maps: [
      {
        map: MAP,
        release: 'dr1',
        generation: 'bench',
        order: 9,
        publicOrder: 9,
        formats: ['png'],
        rights: { access: 'public', release: 'dr1' },
      },
    ],
  })
  const server: Server = createServer((request, response) => {
    if (request.url === '/internal/maps') {
      response.end(manifest)
      return
    }
    hits++
    const headers = { 'content-type': 'image/png', 'content-length': tile.length, etag: '"bench"' }
    const send = () => response.writeHead(200, headers).end(tile)
    if (delayMs > 0) setTimeout(send, delayMs)
    else send()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pids: [process.pid],
    hits: () => {
      const count = hits
      hits = 0
      return count
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
    },
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

/** nginx sends the same bytes from a file; `undefined` where it is not installed. */
export async function startNginx(): Promise<Stage | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-nginx-'))
  const port = await freePort()
  writeFileSync(join(folder, 'tile.png'), tileBytes())
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
  const url = `http://127.0.0.1:${port}/tile.png`
  for (let tries = 0; tries < 50; tries++) {
    const answer = await Promise.race([fetch(url).catch(() => undefined), failed])
    if (answer === true) break
    if (answer?.ok) {
      await answer.arrayBuffer()
      const stop = async () => {
        await ended(child)
        rmSync(folder, { recursive: true, force: true })
      }
      return { url, pids: childrenOf(child.pid as number), stop }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await ended(child)
  rmSync(folder, { recursive: true, force: true })
  return undefined
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  socket.close()
  return port
}
