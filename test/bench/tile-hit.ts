// A PNG tile of 50 kB that the edge already has, on plain workerd: requests per second and CPU per request,
// beside the least a worker can do and nginx sending the same bytes from a file. One run, one machine, one moment.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'
import { hasWrk, type Load, load } from './support/load.ts'
import { SECRET, type Stage, startHello, startNginx, startOriginStage, tilePath } from './support/stage.ts'

/** Seconds of load on each, at most 8: the machine may be shared. */
const SECONDS = 8
/** Rounds, one server after the other, so that a busy moment does not fall on one of them alone. */
const ROUNDS = 4

export const bench: Benchmark = {
  name: 'tile-hit',
  about: 'edge hit of a 50 kB tile on plain workerd, beside a bare hello worker and nginx (needs wrk)',
  run,
}

async function run(): Promise<BenchResult> {
  if (!hasWrk()) throw new Error('tile-hit needs wrk and /proc (Debian: wrk)')
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const origin = await startOriginStage()
  const edge = await startWorkerdEdge({
    originUrl: origin.url,
    secret: SECRET,
    host: '127.0.0.1',
    port: 0,
    cacheFolder: join(folder, 'cache'),
  })
  const stages: Stage[] = [origin, edge as unknown as Stage]
  try {
    const tile = `${edge.url}${tilePath(1)}`
    await (await fetch(tile)).arrayBuffer()
    const hello = await startHello()
    stages.push(hello)
    const nginx = await startNginx()
    if (nginx) stages.push(nginx)

    const servers: [string, string, readonly number[]][] = [
      ['edge', tile, [edge.pid]],
      ['hello worker', hello.url, hello.pids],
    ]
    if (nginx) servers.push(['nginx', nginx.url, nginx.pids])
    const loads = new Map<string, Load[]>(servers.map(([what]) => [what, []]))
    for (let round = 0; round < ROUNDS; round++)
      for (const [what, url, pids] of servers) loads.get(what)?.push(await load(url, pids, SECONDS / ROUNDS))

    const cpu = (what: string) => least(loads.get(what) ?? [], (one) => one.cpuUsPerRequest)
    const over = (peer: string, target?: number) => ({
      what: `CPU per request, edge over ${peer}`,
      value: cpu('edge') / cpu(peer),
      unit: '',
      target,
    })
    const peers = servers.slice(1).map(([what]) => what)
    return {
      name: bench.name,
      figures: [
        ...figuresOf('edge', loads),
        { what: 'edge: origin requests in all', value: origin.hits(), unit: '' },
        {
          what: 'edge: failed',
          value: (loads.get('edge') ?? []).reduce((sum, { failed }) => sum + failed, 0),
          unit: '',
        },
      ],
      peers: peers.flatMap((what) => figuresOf(what, loads)),
      ratios: peers.map((peer) => over(peer, peer === 'hello worker' ? 2 : undefined)),
      notes: nginx ? [] : ['nginx was left out: it is not installed or did not start'],
    }
  } finally {
    for (const stage of stages.reverse()) await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const least = (loads: readonly Load[], of: (load: Load) => number) => Math.min(...loads.map(of))

function figuresOf(what: string, loads: ReadonlyMap<string, readonly Load[]>): Figure[] {
  const rounds = loads.get(what) ?? []
  return [
    { what: `${what}: requests`, value: -least(rounds, ({ requestsPerS }) => -requestsPerS), unit: '/s' },
    { what: `${what}: CPU per request`, value: least(rounds, ({ cpuUsPerRequest }) => cpuUsPerRequest), unit: 'us' },
    { what: `${what}: median`, value: least(rounds, ({ p50Ms }) => p50Ms), unit: 'ms' },
    { what: `${what}: resident`, value: -least(rounds, ({ residentMib }) => -residentMib), unit: 'MiB' },
  ]
}
