// Tiles that the edge already has, on plain workerd: a PNG of 50 kB from the isolate, a FITS of 1 MB from the disk
// beside it. Rate, CPU and latency, beside the least a worker can do, nginx sending the same bytes from a file and
// varnish from memory. One run, one machine, one server after the other; of the rounds the median.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'
import { hasWrk, type Load, load, median } from './support/load.ts'
import { SECRET, type Stage, startHello, startNginx, startOriginStage, startVarnish } from './support/stage.ts'
import { tilePath } from './support/tiles.ts'

const ROUNDS = 3

export const bench: Benchmark = {
  name: 'tile-hit',
  about: 'edge hits of a 50 kB PNG and a 1 MB FITS tile on plain workerd, beside hello, nginx and varnish (needs wrk)',
  run,
}

interface Server {
  readonly what: string
  readonly url: string
  readonly pids: readonly number[]
}

async function run(): Promise<BenchResult> {
  if (!hasWrk()) throw new Error('tile-hit needs wrk and /proc (Debian: wrk)')
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const stages: Pick<Stage, 'stop'>[] = []
  try {
    const origin = await startOriginStage()
    stages.push(origin)
    const cacheFolder = join(folder, 'cache')
    const edge = await startWorkerdEdge({
      originUrl: origin.url,
      secret: SECRET,
      host: '127.0.0.1',
      port: 0,
      cacheFolder,
    })
    stages.push(edge)
    const hello = await startHello()
    stages.push(hello)
    const nginx = await startNginx()
    if (nginx) stages.push(nginx)
    const varnish = await startVarnish(origin)
    if (varnish) stages.push(varnish)

    const servers: Server[] = [
      { what: 'hello worker', ...hello },
      ...['png', 'fits'].flatMap((format) => [
        { what: `edge ${format}`, url: edge.url + tilePath(1, format), pids: [edge.pid] },
        ...(nginx ? [{ what: `nginx ${format}`, url: `${nginx.url}/tile.${format}`, pids: nginx.pids }] : []),
        ...(varnish ? [{ what: `varnish ${format}`, url: varnish.url + tilePath(1, format), pids: varnish.pids }] : []),
      ]),
    ]
    for (const { url } of servers) await (await fetch(url)).arrayBuffer()
    await origin.hits()
    const rounds = new Map<string, Load[]>(servers.map(({ what }) => [what, []]))
    for (let round = 0; round < ROUNDS; round++)
      for (const { what, url, pids } of servers) rounds.get(what)?.push(await load(url, pids))
    const loads = new Map([...rounds].map(([what, all]) => [what, median(all)]))

    const over = (
      what: string,
      of: (load: Load) => number,
      [ours, peer]: [string, string],
      aim: { target?: number; atLeast?: number },
    ) => {
      const [a, b] = [loads.get(ours), loads.get(peer)]
      return a && b ? [{ what: `${what}, ${ours} over ${peer}`, value: of(a) / of(b), unit: '', ...aim }] : []
    }
    const rate = ({ requestsPerS }: Load) => requestsPerS
    const cpu = ({ cpuUsPerRequest }: Load) => cpuUsPerRequest
    const isOurs = ({ what }: Server) => what.startsWith('edge')
    return {
      name: bench.name,
      figures: [
        ...servers.filter(isOurs).flatMap(({ what }) => figuresOf(what, loads.get(what) as Load)),
        { what: 'origin requests meanwhile', value: await origin.hits(), unit: '' },
      ],
      peers: servers
        .filter((server) => !isOurs(server))
        .flatMap(({ what }) => figuresOf(what, loads.get(what) as Load)),
      ratios: [
        ...over('CPU per request', cpu, ['edge png', 'hello worker'], { target: 1.6 }),
        ...over('rate', rate, ['edge png', 'nginx png'], { atLeast: 0.3 }),
        ...over('rate', rate, ['edge png', 'varnish png'], {}),
        ...over('p99', ({ p99Ms }) => p99Ms, ['edge png', 'nginx png'], { target: 2 }),
        ...over('rate', rate, ['edge fits', 'nginx fits'], { atLeast: 0.8 }),
        ...over('rate', rate, ['edge fits', 'varnish fits'], {}),
      ],
      notes: [
        ...(nginx ? [] : ['nginx was left out: it is not installed or did not start']),
        ...(varnish ? [] : ['varnish was left out: it is not installed or did not start']),
      ],
    }
  } finally {
    for (const stage of stages.reverse()) await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const figuresOf = (
  what: string,
  { requestsPerS, cpuUsPerRequest, p50Ms, p99Ms, failed, residentMib }: Load,
): Figure[] => [
  { what: `${what}: requests`, value: requestsPerS, unit: '/s' },
  { what: `${what}: CPU per request`, value: cpuUsPerRequest, unit: 'us' },
  { what: `${what}: median`, value: p50Ms, unit: 'ms' },
  { what: `${what}: 99 of 100 within`, value: p99Ms, unit: 'ms' },
  { what: `${what}: failed`, value: failed, unit: '' },
  { what: `${what}: resident`, value: residentMib, unit: 'MiB' },
]
