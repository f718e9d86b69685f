// Tiles that the edge does not have, from an origin on Node's http: requests per second and CPU of both,
// and how many requests the origin gets when a hundred clients want one tile at the same moment.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorkerdEdge } from '../../scripts/workerd-edge.ts'
import { SECRET, startOriginStage, tilePath } from './support/stage.ts'

export const name = 'tile-miss'
export const about = 'edge misses of 50 kB tiles to a Node origin, and 100 concurrent misses of one tile'

export interface MissOptions {
  /** Different tiles asked for, 16 at a time. Default 2000. */
  readonly tiles?: number
}

export async function run({ tiles = 2_000 }: MissOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-'))
  const origin = await startOriginStage({ delayMs: 0 })
  const slow = await startOriginStage({ delayMs: 200 })
  const start = (originUrl: string, cache: string) =>
    startWorkerdEdge({ originUrl, secret: SECRET, host: '127.0.0.1', port: 0, cacheFolder: join(folder, cache) })
  const edges = [await start(origin.url, 'fast'), await start(slow.url, 'slow')]
  try {
    const [edge, waiting] = edges
    const times: number[] = []
    let next = 1
    const began = performance.now()
    const client = async () => {
      while (next <= tiles) {
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
      Array.from({ length: 100 }, async () => {
        const answer = await fetch(waiting.url + tilePath(7))
        await answer.arrayBuffer()
        return answer.status
      }),
    )
    const quantile = (part: number) => times[Math.floor(part * (times.length - 1))]
    return {
      name,
      figures: {
        missesPerS: tiles / seconds,
        p50Ms: quantile(0.5),
        p99Ms: quantile(0.99),
        originRequestsPerMiss: missed / tiles,
        concurrent: {
          clients: statuses.length,
          ok: statuses.filter((status) => status === 200).length,
          originRequests: slow.hits(),
          originDelayMs: 200,
          allAnsweredMs: performance.now() - together,
        },
      },
      peers: {},
      ratios: {},
    }
  } finally {
    for (const stage of [...edges, origin, slow]) await stage.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
