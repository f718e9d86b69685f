// Three edges and one origin behind a wire of 150 ms: how long a viewer waits for the whole first view of a map (descriptions, a dozen
// tiles, Allsky, an ancestor) when no cache has it, when the region has it, and again; how soon a purge is seen everywhere; and
// what happens to people who look at what was seen while the origin is dead for a minute. SKYEDGE_BENCH_SECONDS shortens the minute.

import { setTimeout as sleep } from 'node:timers/promises'
import { type EdgeNetwork, LATENCY_MS, MAP, REGIONS, startEdgeNetwork } from '../support/edge-network.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'

const SECONDS = Number(process.env.SKYEDGE_BENCH_SECONDS ?? 60)
const CLIENTS = 4
const ROUNDS = 5

/** Milliseconds until all of a view is there: descriptions first, then six at a time, as a browser does. */
async function viewMs(url: string, paths: readonly string[]): Promise<number> {
  const began = performance.now()
  const take = async (path: string) => {
    const answer = await fetch(url + path)
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`${path} was answered with status ${answer.status}`)
  }
  const [properties, moc, ...tiles] = paths
  await take(properties)
  await take(moc)
  const lane = async () => {
    for (let path = tiles.shift(); path !== undefined; path = tiles.shift()) await take(path)
  }
  await Promise.all(Array.from({ length: 6 }, lane))
  return performance.now() - began
}

/** Until every edge has asked anew for a tile, milliseconds. */
async function purgeMs({ world, edges }: EdgeNetwork, tile: string): Promise<number> {
  const isHit = async (url: string) => {
    const answer = await fetch(url + tile)
    await answer.arrayBuffer()
    return /isolate; hit/.test(answer.headers.get('cache-status') ?? '')
  }
  for (const { url } of edges) while (!(await isHit(url))) await sleep(10)
  const began = performance.now()
  await world.catalog.purge({ kind: 'map', name: MAP }, Date.now())
  await Promise.all(
    edges.map(async ({ url }) => {
      while (await isHit(url)) await sleep(20)
    }),
  )
  return performance.now() - began
}

async function withoutOrigin({ edges }: EdgeNetwork, paths: readonly string[]) {
  const until = performance.now() + SECONDS * 1000
  const times: number[] = []
  let failures = 0
  const client = async (url: string) => {
    for (let i = 0; performance.now() < until; i++) {
      const began = performance.now()
      const status = await fetch(url + paths[i % paths.length]).then(
        async (answer) => (await answer.arrayBuffer()) && answer.status,
        () => 0,
      )
      times.push(performance.now() - began)
      if (status !== 200) failures++
      await sleep(10)
    }
  }
  await Promise.all(edges.flatMap(({ url }) => Array.from({ length: CLIENTS }, () => client(url))))
  return { requests: times.length, failures, p99Ms: times.toSorted((a, b) => a - b)[Math.floor(0.99 * times.length)] }
}

const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]

export const bench: Benchmark = {
  name: 'network',
  about: `${REGIONS.length} edges, an origin ${LATENCY_MS} ms away: first views cold and warm, purge, a minute without the origin`,
  async run(): Promise<BenchResult> {
    const network = await startEdgeNetwork()
    try {
      const paths = network.firstView('public')
      const views = async () => {
        const times: number[] = []
        for (const { url } of network.edges) times.push(await viewMs(url, paths))
        return times
      }
      const cold = await views()
      const before = network.asked()
      const warm: number[] = []
      for (let round = 0; round < ROUNDS; round++) warm.push(...(await views()))
      const asked = network.asked() - before
      const purges: number[] = []
      for (let round = 0; round < ROUNDS; round++) purges.push(await purgeMs(network, paths[2]))
      await views()
      await network.cutOff()
      const away = await withoutOrigin(network, paths)
      const figures: Figure[] = [
        { what: 'first view, nobody has it', value: middle(cold), unit: 'ms' },
        { what: 'first view, the edge has it', value: middle(warm), unit: 'ms' },
        { what: 'origin requests of the warm views', value: asked, unit: '' },
        { what: 'origin away: requests', value: away.requests, unit: '' },
        { what: 'origin away: 99 of 100 within', value: away.p99Ms, unit: 'ms' },
      ]
      return {
        name: 'network',
        figures,
        peers: [],
        ratios: [
          {
            what: 'purge seen by every edge, slowest of five',
            value: Math.max(...purges) / 1000,
            unit: 's',
            target: 5,
          },
          { what: 'origin away: failed requests', value: away.failures, unit: '', target: 0 },
        ],
        notes: [`${paths.length} files a view; the origin was away for ${SECONDS} s`],
      }
    } finally {
      await network.stop()
    }
  },
}
