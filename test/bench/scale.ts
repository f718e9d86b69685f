// Does the plan of docs/scale.md hold? Its arithmetic (support/scale-plan.ts) beside a simulation of one data centre: isolates with
// the edge's own memory tier, a cache of 100 GB that forgets what was longest unused, and requests drawn one after the other.
// First each request by itself, as the arithmetic supposes; then viewers who zoom in on a target and pan around it, and whose
// browsers keep what they have. SKYEDGE_BENCH_REQUESTS sets how many are counted (default 3 million, after as many unseen).

import { MemoryTier } from '../../workers/edge/cache/memory-tier.ts'
import type { HeldReply } from '../../workers/edge/reply.ts'
import type { Benchmark, BenchResult, Figure } from './result.ts'
import {
  type Bill,
  bill,
  DEEP_ORDER,
  outlook,
  PLAN,
  type Plan,
  shallowTile,
  TARGET_ORDER,
  tilesOfMap,
  tilesOfOrder,
  zipfShares,
} from './support/scale-plan.ts'

const REQUESTS = Number(process.env.SKYEDGE_BENCH_REQUESTS ?? 3_000_000)
/** Views of one target before a viewer goes on to the next. */
const VIEWS = 20

interface Asked {
  readonly key: string
  readonly bytes: number
}

/** Numbers in [0, 1) that are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function cumulative(shares: ArrayLike<number>): Float64Array {
  let sum = 0
  return Float64Array.from(shares, (share) => (sum += share))
}

/** The first place whose cumulative share is above a number. */
function drawn(sums: Float64Array, at: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle] > at) high = middle
    else low = middle + 1
  }
  return low
}

class Sky {
  readonly #plan: Plan
  readonly #random: () => number
  readonly #targets: Float64Array
  readonly #orders: Float64Array
  readonly #maps: Float64Array

  constructor(plan: Plan, random: () => number) {
    this.#plan = plan
    this.#random = random
    this.#targets = cumulative(zipfShares(plan))
    this.#orders = cumulative(plan.orders)
    this.#maps = cumulative(plan.maps)
  }

  target(): number {
    return drawn(this.#targets, this.#random())
  }

  order(): number {
    return drawn(this.#orders, this.#random())
  }

  map(): { map: number; fits: boolean } {
    const map = drawn(this.#maps, this.#random())
    return { map, fits: map > 0 && this.#random() < this.#plan.fits }
  }

  /** A tile of a view of the target; `place` is its number in the view. */
  tile(map: number, fits: boolean, order: number, rank: number, place: number): Asked {
    const { wander, pngBytes, fitsBytes } = this.#plan
    const bytes = fits ? fitsBytes : pngBytes
    const name = `${map}${fits ? 'f' : 'p'}${order}/`
    if (order < DEEP_ORDER) {
      const tiles = tilesOfOrder(this.#plan, order)
      return { key: name + shallowTile(rank, place, tiles), bytes }
    }
    const below = 4 ** (order - TARGET_ORDER)
    const at = this.#random() < wander ? Math.floor(this.#random() * below) : place
    return { key: `${name}${rank}.${at}`, bytes }
  }
}

/** Each request by itself. */
function* alone(plan: Plan, random: () => number): Generator<Asked> {
  const sky = new Sky(plan, random)
  for (;;) {
    const { map, fits } = sky.map()
    yield sky.tile(map, fits, sky.order(), sky.target(), Math.floor(random() * plan.viewTiles))
  }
}

/** People: a target, from far away to near, then around; what their browser has is not asked for again. */
function* people(plan: Plan, random: () => number): Generator<Asked> {
  const sky = new Sky(plan, random)
  const viewers = Array.from({ length: Math.round(plan.viewers / plan.colos) }, () => ({
    left: Math.floor(random() * VIEWS),
    rank: sky.target(),
    ...sky.map(),
    seen: new Set<string>(),
  }))
  for (;;) {
    const viewer = viewers[Math.floor(random() * viewers.length)]
    if (viewer.left-- <= 0)
      Object.assign(viewer, { left: VIEWS, rank: sky.target(), ...sky.map(), seen: new Set<string>() })
    const order = sky.order()
    for (let place = 0; place < plan.viewTiles; place++) {
      const asked = sky.tile(viewer.map, viewer.fits, order, viewer.rank, place)
      if (viewer.seen.has(asked.key)) continue
      viewer.seen.add(asked.key)
      yield asked
    }
  }
}

class DataCentre {
  readonly #kept = new Map<string, number>()
  readonly #limit: number
  /** Goes on from where it was: what it has passed is gone. A new one would step over all that was removed. */
  readonly #oldest = this.#kept.entries()
  #bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  ask({ key, bytes }: Asked): boolean {
    const hit = this.#kept.delete(key)
    this.#kept.set(key, bytes)
    if (!hit) this.#bytes += bytes
    while (this.#bytes > this.#limit) {
      const [oldest, size] = this.#oldest.next().value as [string, number]
      this.#kept.delete(oldest)
      this.#bytes -= size
    }
    return hit
  }
}

function simulate(plan: Plan, requests: Generator<Asked>, random: () => number) {
  const body = new ArrayBuffer(plan.pngBytes)
  const isolates = Array.from({ length: plan.isolates }, () => new MemoryTier(plan.isolateBytes))
  const colo = new DataCentre(plan.coloBytes)
  let [isolateHits, coloHits] = [0, 0]
  for (let i = -REQUESTS; i < REQUESTS; i++) {
    const asked = requests.next().value as Asked
    const isolate = isolates[Math.floor(random() * isolates.length)]
    if (isolate.get(asked.key)) {
      if (i >= 0) isolateHits++
      continue
    }
    if (asked.bytes === plan.pngBytes) isolate.put(asked.key, { body } as HeldReply)
    if (colo.ask(asked) && i >= 0) coloHits++
  }
  const isolateHit = isolateHits / REQUESTS
  return { isolateHit, storeShare: 1 - isolateHit - coloHits / REQUESTS }
}

export const bench: Benchmark = {
  name: 'scale',
  about:
    'seven maps of 29 million tiles, 10^4 viewers: hit rates by tier, storage operations and cost, arithmetic beside simulation',
  async run(): Promise<BenchResult> {
    const reckoned = outlook(PLAN)
    const each = simulate(PLAN, alone(PLAN, randomFrom(1)), randomFrom(2))
    const sessions = simulate(PLAN, people(PLAN, randomFrom(3)), randomFrom(4))
    const lived = { ...reckoned, ...sessions }
    const bills = (['packed', 'plain', 'no shared cache'] as const).map(
      (kind) => [kind, bill(PLAN, lived, kind)] as const,
    )
    return {
      name: 'scale',
      figures: [
        { what: 'tiles of a map', value: tilesOfMap(PLAN), unit: '' },
        { what: 'requests at the peak', value: reckoned.requestsS, unit: '/s' },
        ...shares('reckoned', reckoned),
        ...shares('simulated, each request by itself', each),
        ...shares('simulated, people', sessions),
        { what: 'people: reads of the store at the peak', value: sessions.storeShare * reckoned.requestsS, unit: '/s' },
        ...bills.flatMap(([kind, dollars]) => billOf(kind, dollars)),
      ],
      peers: [],
      ratios: [
        {
          what: 'requests that reach the store, simulated beside reckoned',
          value: Math.abs(each.storeShare / reckoned.storeShare - 1),
          unit: '',
          target: 0.05,
        },
      ],
      notes: [`${REQUESTS} requests counted after as many that warmed the caches of one data centre of ${PLAN.colos}`],
    }
  },
}

const shares = (what: string, { isolateHit, storeShare }: { isolateHit: number; storeShare: number }): Figure[] => [
  { what: `${what}: from an isolate`, value: 100 * isolateHit, unit: '%' },
  { what: `${what}: from the data centre`, value: 100 * (1 - isolateHit - storeShare), unit: '%' },
  { what: `${what}: from the store`, value: 100 * storeShare, unit: '%' },
]

const billOf = (kind: string, { objects, upload, storage, workers, reads, month }: Bill): Figure[] => [
  { what: `${kind}: objects`, value: objects, unit: '' },
  { what: `${kind}: upload, once`, value: upload, unit: 'USD' },
  { what: `${kind}: storage`, value: storage, unit: 'USD/month' },
  { what: `${kind}: workers`, value: workers, unit: 'USD/month' },
  { what: `${kind}: reads of the store`, value: reads, unit: 'USD/month' },
  { what: `${kind}: in all`, value: month, unit: 'USD/month' },
]
