// Load on a server by wrk, and what it cost the server: CPU from /proc (user and system of its processes),
// so that the load generator beside it does not count.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

export interface Load {
  readonly requestsPerS: number
  readonly cpuUsPerRequest: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failed: number
  readonly residentMib: number
}

export const hasWrk = () => spawnSync('sh', ['-c', 'command -v wrk']).status === 0 && existsSync('/proc/self/stat')

const TICKS_PER_S = 100

/** User and system time of the processes and their children, microseconds. */
function cpuUs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return sum + ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_S
  }, 0)
}

function residentMib(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
    return sum + Number(kib) / 1024
  }, 0)
}

export function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

/** Seconds of load on each server in a round; less where the machine is shared. */
export const LOAD_S = Number(process.env.SKYEDGE_BENCH_SECONDS ?? 10)

/** `script` is wrk's Lua, which may choose another address for each request. */
export async function load(
  url: string,
  pids: readonly number[],
  { seconds = LOAD_S, script }: { seconds?: number; script?: string } = {},
): Promise<Load> {
  if (!script) await wrk(url, 1)
  const before = cpuUs(pids)
  const text = await wrk(url, seconds, script)
  const cpu = cpuUs(pids) - before
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 'NaN')
  const requests = number(/(\d+) requests in/)
  return {
    requestsPerS: number(/Requests\/sec:\s+([\d.]+)/),
    cpuUsPerRequest: cpu / requests,
    p50Ms: millis(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
    p99Ms: millis(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
    failed: /Non-2xx or 3xx responses: (\d+)/.test(text) ? number(/Non-2xx or 3xx responses: (\d+)/) : 0,
    residentMib: residentMib(pids),
  }
}

/** Of several rounds the middle one, figure by figure. */
export function median(loads: readonly Load[]): Load {
  const middle = (of: (load: Load) => number) => loads.map(of).sort((a, b) => a - b)[Math.floor(loads.length / 2)]
  return {
    requestsPerS: middle((load) => load.requestsPerS),
    cpuUsPerRequest: middle((load) => load.cpuUsPerRequest),
    p50Ms: middle((load) => load.p50Ms),
    p99Ms: middle((load) => load.p99Ms),
    failed: loads.reduce((sum, { failed }) => sum + failed, 0),
    residentMib: Math.max(...loads.map((load) => load.residentMib)),
  }
}

const SCALE: Record<string, number> = { us: 1e-3, ms: 1, s: 1e3 }
const millis = (match: RegExpExecArray | null) => (match ? Number(match[1]) * SCALE[match[2]] : Number.NaN)

function wrk(url: string, seconds: number, script?: string): Promise<string> {
  const lua = script ? ['-s', script] : []
  const child = spawn('wrk', [script ? '-t1' : '-t2', '-c32', `-d${seconds}s`, '--latency', ...lua, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve(text) : reject(new Error(`wrk ended with status ${code}`))))
  })
}
