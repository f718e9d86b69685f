// Workers on this machine by miniflare: an edge per region, each with a cache folder of its own, and the
// availability worker. For trying things out; `skyedge serve-edge` is for serving.

import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Miniflare } from 'miniflare'
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from './worker-bundle.ts'

export interface LocalWorkerOptions {
  readonly name: string
  readonly code: string
  readonly host: string
  readonly port: number
  /** Text bindings. */
  readonly bindings: Readonly<Record<string, string>>
  /** Where its caches outlive it. */
  readonly folder: string
}

export interface LocalWorker {
  readonly url: string
  readonly pids: readonly number[]
  stop(): Promise<void>
}

export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const { name, code, host, port, bindings, folder } = options
  const before = new Set(children())
  const env = Object.fromEntries(Object.entries(bindings).map(([key, value]) => [key, { type: 'text', value }]))
  const heard = signalListeners()
  const miniflare = new Miniflare({
    host,
    port,
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    resourcePersistencePath: folder,
    workers: [
      {
        config: {
          name,
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: COMPATIBILITY_FLAGS,
          manifest: {
            mainModule: 'main.mjs',
            modulesRoot: '/',
            modules: { 'main.mjs': { type: 'esm', contents: code } },
          },
          env,
        },
      },
    ],
  } as never)
  dropNewListeners(heard)
  const { port: taken } = new URL((await miniflare.ready).href)
  const pids = children().filter((pid) => !before.has(pid))
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`
  return { url, pids, stop: () => miniflare.dispose() }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const signalListeners = () => new Map(SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))]))

/** Miniflare ends the process itself at a signal, before others could stop in order: it is we who decide. */
function dropNewListeners(before: ReturnType<typeof signalListeners>): void {
  for (const [signal, known] of before)
    for (const listener of process.listeners(signal)) if (!known.has(listener)) process.off(signal, listener)
}

/** Our child processes: miniflare does not say which workerd is its own. */
function children(): number[] {
  try {
    return readdirSync('/proc/self/task').flatMap((task) =>
      readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    const { stdout } = spawnSync('pgrep', ['-P', String(process.pid)], { encoding: 'utf8' })
    return (stdout ?? '').split('\n').filter(Boolean).map(Number)
  }
}
