// Tiles that the edge does not have, from an origin on Node's http: requests per second and CPU of both,
// and how many requests the origin gets when a hundred clients want one tile at the same moment.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import type { Benchmark, BenchResult } from './result.ts'
import { SECRET, startOriginStage, tilePath } from './support/stage.ts'

/** Different tiles, asked for 16 at a time. */
const TILES = 2_000
const CLIENTS = 100
const DELAY_MS = 200

export const bench: Benchmark = {
  name: 'tile-miss',
  about: 'edge misses of 50 kB tiles to a Node origin, and 100 concurrent misses of one tile',
  run,
}

async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const origin = await startOriginStage({ delayMs: 0 })
  const slow = await startOriginStage({ delayMs: DELAY_MS })
  const start = (originUrl: string, cache: string) =>
    startWorkerdEdge({ originUrl, secret: SECRET, host: '127.0.0.1', port: 0, cacheFolder: join(folder, cache) })
  const edges = [await start(origin.url, 'fast'), await start(slow.url, 'slow')]
  try {
    const [edge, waiting] = edges
    const times: number[] = []
    let next = 1
    const began = performance.now()
    const client = async () => {
      while (next <= TILES) {
        const at = performance.now()
        const answer = await fetch(edge.url + tilePath(next++))
        await answer.arrayBuffer()
        if (answer.status !== 200) throw new Error(`a miss was answered with status ${answer.status}`)
        times.push(performance.now() - at)
      }
    }
    await Promise.all(Array.from({ length: 16 }, client))
    const seconds = (performance.now() - began) / 1000
    times.sort((a, b) => a - b)
    const missed = origin.hits()

    const together = performance.now()
    const statuses = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const answer = await fetch(waiting.url + tilePath(7))
        await answer.arrayBuffer()
        return answer.status
      }),
    )
    const allMs = performance.now() - together
    const quantile = (part: number) => times[Math.floor(part * (times.length - 1))]
    return {
      name: bench.name,
      figures: [
        { what: 'misses, 16 at a time', value: TILES / seconds, unit: '/s' },
        { what: 'median', value: quantile(0.5), unit: 'ms' },
        { what: '99 of 100 within', value: quantile(0.99), unit: 'ms' },
        { what: 'origin requests per miss', value: missed / TILES, unit: '' },
        {
          what: `${CLIENTS} at once: answered 200`,
          value: statuses.filter((status) => status === 200).length,
          unit: '',
        },
        { what: `${CLIENTS} at once: origin requests`, value: slow.hits(), unit: '' },
        { what: `${CLIENTS} at once: all answered (origin takes ${DELAY_MS} ms)`, value: allMs, unit: 'ms' },
      ],
      peers: [],
      ratios: [],
      notes: ['the clients and the origin run in the process that measures'],
    }
  } finally {
    for (const stage of [...edges, origin, slow]) await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
