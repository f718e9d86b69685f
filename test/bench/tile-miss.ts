// Tiles of 50 kB that the edge does not have, from an origin on Node's http: requests per second and CPU of both; the
// memory of an edge after 10^5 different tiles; and what the origin gets when a hundred want one tile at one moment.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import type { Benchmark, BenchResult } from './result.ts'
import { hasWrk, type Load, load, median } from './support/load.ts'
import { SECRET, startOriginStage } from './support/stage.ts'
import { everyTile, tilePath } from './support/tiles.ts'

const ROUNDS = 3
const CLIENTS = 100
const DELAY_MS = 200

export const bench: Benchmark = {
  name: 'tile-miss',
  about: 'edge misses of 50 kB tiles to a Node origin, and 100 concurrent misses of one tile (needs wrk)',
  run,
}

async function run(): Promise<BenchResult> {
  if (!hasWrk()) throw new Error('tile-miss needs wrk and /proc (Debian: wrk)')
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const origin = await startOriginStage()
  const slow = await startOriginStage({ delayMs: DELAY_MS })
  const start = (originUrl: string, cache: string) =>
    startWorkerdEdge({ originUrl, secret: SECRET, host: '127.0.0.1', port: 0, cacheFolder: join(folder, cache) })
  const edges = [await start(origin.url, 'fast'), await start(slow.url, 'slow')]
  try {
    const [edge, waiting] = edges
    const script = join(folder, 'tiles.lua')
    const both = [edge.pid, ...origin.pids]
    const loads: Load[] = []
    let asked = 0
    for (let round = 0; round < ROUNDS; round++) {
      writeFileSync(script, everyTile(1_000_000 * round))
      loads.push(await load(edge.url, both, { script }))
      asked += await origin.hits()
    }
    const { requestsPerS, cpuUsPerRequest, p50Ms, p99Ms, failed } = median(loads)
    // An edge is one thread: a machine's second core wants a second edge.
    const more = await start(origin.url, 'more')
    edges.push(more)
    const [left, right] = [join(folder, 'left.lua'), join(folder, 'right.lua')]
    writeFileSync(left, everyTile(1_000_000 * ROUNDS - 900_000))
    writeFileSync(right, everyTile(1_000_000 * ROUNDS - 500_000))
    const two = await Promise.all([
      load(edge.url, [edge.pid], { script: left }),
      load(more.url, [more.pid], { script: right }),
    ])
    // The origin's own part, as it is without an edge.
    writeFileSync(script, everyTile(0))
    const direct = await load(origin.url, origin.pids, { script })

    const together = performance.now()
    const statuses = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const answer = await fetch(waiting.url + tilePath(7))
        await answer.arrayBuffer()
        return answer.status
      }),
    )
    const allMs = performance.now() - together
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${edge.pid}/status`, 'utf8'))?.[1]) / 1024
    const all = (count: number) => `${count} at once`
    return {
      name: bench.name,
      figures: [
        { what: 'misses', value: requestsPerS, unit: '/s' },
        { what: 'misses: CPU per request, edge and origin', value: cpuUsPerRequest, unit: 'us' },
        { what: 'misses: median', value: p50Ms, unit: 'ms' },
        { what: 'misses: 99 of 100 within', value: p99Ms, unit: 'ms' },
        { what: 'misses: failed', value: failed, unit: '' },
        { what: 'misses, two edges', value: two[0].requestsPerS + two[1].requestsPerS, unit: '/s' },
        { what: 'misses: different tiles in all', value: asked, unit: '' },
        { what: 'misses: resident afterwards', value: resident, unit: 'MiB' },
        { what: `${all(CLIENTS)}: answered 200`, value: statuses.filter((status) => status === 200).length, unit: '' },
        { what: `${all(CLIENTS)}: origin requests`, value: await slow.hits(), unit: '' },
        { what: `${all(CLIENTS)}: all answered (origin takes ${DELAY_MS} ms)`, value: allMs, unit: 'ms' },
      ],
      peers: [
        { what: 'the origin without an edge', value: direct.requestsPerS, unit: '/s' },
        { what: 'the origin without an edge: CPU per request', value: direct.cpuUsPerRequest, unit: 'us' },
      ],
      ratios: [{ what: 'misses a second over 2000', value: requestsPerS / 2000, unit: '', atLeast: 1 }],
      notes: ['wrk runs beside them on the same cores'],
    }
  } finally {
    for (const stage of [...edges, origin, slow]) await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
