// The arithmetic of docs/scale.md: seven maps of 29 million tiles, viewers whose targets follow Zipf's law, tiers that forget
// what was longest unused. Hit rates come from Che's approximation (Che, Tung & Wang 2002, eq. 3-5): a tile is in a cache
// when it was asked for within the cache's characteristic time T, where the sum of 1 - exp(-rate * T) is its capacity.

export interface Plan {
  /** Share of the requests by map; the first is colour, which has no FITS tiles. */
  readonly maps: readonly number[]
  /** Share of the sky that the survey covers. */
  readonly sky: number
  readonly deepest: number
  /** Share of FITS among the tiles asked for; bytes of a tile of each kind. */
  readonly fits: number
  readonly pngBytes: number
  readonly fitsBytes: number
  readonly viewers: number
  /** Seconds between a viewer's views, and tiles that a view asks for. */
  readonly viewS: number
  readonly viewTiles: number
  /** Mean over the month of the viewers at a time, as a share of `viewers`. */
  readonly duty: number
  /** Exponent of Zipf's law over the targets, one in each cell of order 7 (0.46 deg). */
  readonly zipf: number
  /** Share of deep views that have wandered off the target, anywhere in its cell. */
  readonly wander: number
  /** Share of tiles asked for by order, from 0. */
  readonly orders: readonly number[]
  readonly colos: number
  readonly isolates: number
  readonly isolateBytes: number
  readonly coloBytes: number
  /** One pack a cell of this order, and format. */
  readonly shardOrder: number
}

export const PLAN: Plan = {
  maps: [0.52, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08],
  sky: 0.436,
  deepest: 11,
  fits: 0.03,
  pngBytes: 122_000,
  fitsBytes: 1_054_080,
  viewers: 10_000,
  viewS: 6,
  viewTiles: 12,
  duty: 0.3,
  zipf: 0.9,
  wander: 0.3,
  orders: [0.01, 0.01, 0.02, 0.08, 0.06, 0.07, 0.09, 0.11, 0.13, 0.15, 0.15, 0.12],
  colos: 6,
  isolates: 4,
  isolateBytes: 32 * 2 ** 20,
  coloBytes: 100e9,
  shardOrder: 5,
}

/** Dollars: Workers and R2 of Cloudflare as their pages stood in 2026. */
export const PRICES = {
  requestsM: 0.3,
  cpuMsM: 0.02,
  classAM: 4.5,
  classBM: 0.36,
  gbMonth: 0.015,
}
const CPU_MS = 0.1
const MONTH_S = 30.4 * 86_400
export const TARGET_ORDER = 7
/** From here on a view lies within the target's cell. */
export const DEEP_ORDER = 9

/** Tiles that are asked for equally often. */
export interface Group {
  readonly count: number
  /** Share of all requests that one of them gets. */
  readonly share: number
  readonly bytes: number
}

export const targetCells = ({ sky }: Plan): number => Math.round(12 * 4 ** TARGET_ORDER * sky)

/** Popularity of the targets, most popular first; its sum is 1. */
export function zipfShares(plan: Plan): Float64Array {
  const shares = Float64Array.from({ length: targetCells(plan) }, (_, rank) => (rank + 1) ** -plan.zipf)
  const sum = shares.reduce((a, b) => a + b, 0)
  return shares.map((share) => share / sum)
}

export function tilesOfMap(plan: Plan): number {
  let tiles = 0
  for (let order = 0; order <= plan.deepest; order++) tiles += tilesOfOrder(plan, order)
  return tiles
}

export const tilesOfOrder = ({ sky }: Plan, order: number): number => Math.ceil(12 * 4 ** order * sky)

/** The tile of a shallow view: targets are thrown on the sky at random, and each view spreads over its neighbours. */
export const shallowTile = (rank: number, place: number, tiles: number): number =>
  ((Math.imul(rank + 1, 48_271) + place * 7919) >>> 0) % tiles

export function groups(plan: Plan): Group[] {
  const targets = zipfShares(plan)
  const list: Group[] = []
  const { viewTiles, wander } = plan
  plan.orders.forEach((share, order) => {
    if (order < DEEP_ORDER) {
      const sums = new Float64Array(tilesOfOrder(plan, order))
      for (let rank = 0; rank < targets.length; rank++)
        for (let place = 0; place < viewTiles; place++)
          sums[shallowTile(rank, place, sums.length)] += (share * targets[rank]) / viewTiles
      // Tiles of nearly one popularity are one group: a twentieth of a decade.
      const bins = new Map<number, { count: number; share: number }>()
      for (const sum of sums) {
        if (sum === 0) continue
        const bin = Math.round(20 * Math.log10(sum))
        const group = bins.get(bin) ?? { count: 0, share: 0 }
        bins.set(bin, { count: group.count + 1, share: group.share + sum })
      }
      for (const { count, share } of bins.values()) list.push(...ofMaps(plan, count, share / count))
      return
    }
    for (let from = 0; from < targets.length; ) {
      const to = Math.min(targets.length, Math.max(from + 1, Math.floor(from * 1.05)))
      let sum = 0
      for (let rank = from; rank < to; rank++) sum += targets[rank]
      const each = (share * sum) / (to - from)
      const below = 4 ** (order - TARGET_ORDER)
      list.push(...ofMaps(plan, (to - from) * viewTiles, (each * (1 - wander)) / viewTiles))
      list.push(...ofMaps(plan, (to - from) * below, (each * wander) / below))
      from = to
    }
  })
  return list
}

/** So many tiles of a share each, in every map and format. */
function ofMaps({ maps, fits, pngBytes, fitsBytes }: Plan, count: number, share: number): Group[] {
  const [colour, ...bands] = maps
  const banded = bands[0]
  return [
    { count, share: share * colour, bytes: pngBytes },
    { count: count * bands.length, share: share * banded * (1 - fits), bytes: pngBytes },
    { count: count * bands.length, share: share * banded * fits, bytes: fitsBytes },
  ]
}

/** Share of the requests that a cache of so many bytes answers, and the rest as groups that the next tier sees. */
export function che(list: readonly Group[], capacityBytes: number): { hit: number; missed: Group[] } {
  const total = list.reduce((sum, { count, share }) => sum + count * share, 0)
  const held = (time: number) =>
    list.reduce((sum, { count, share, bytes }) => sum + count * bytes * -Math.expm1((-share / total) * time), 0)
  let [low, high] = [0, 1]
  while (held(high) < capacityBytes && high < 1e15) high *= 2
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2
    if (held(middle) < capacityBytes) low = middle
    else high = middle
  }
  const missed = list.map((group) => ({ ...group, share: group.share * Math.exp((-group.share / total) * low) }))
  const left = missed.reduce((sum, { count, share }) => sum + count * share, 0)
  return { hit: 1 - left / total, missed }
}

export interface Outlook {
  readonly requestsS: number
  readonly requestsMonth: number
  readonly isolateHit: number
  /** Of what the isolates missed. */
  readonly coloHit: number
  /** Share of all requests that reach the store. */
  readonly storeShare: number
}

export function outlook(plan: Plan): Outlook {
  const requestsS = (plan.viewers / plan.viewS) * plan.viewTiles
  // FITS tiles are too large for the isolate: they go on to the data centre.
  const all = groups(plan)
  const small = all.filter(({ bytes }) => bytes === plan.pngBytes)
  const isolate = che(small, plan.isolateBytes)
  const isolateHit = isolate.hit * small.reduce((sum, { count, share }) => sum + count * share, 0)
  const colo = che([...isolate.missed, ...all.filter(({ bytes }) => bytes !== plan.pngBytes)], plan.coloBytes)
  return {
    requestsS,
    requestsMonth: requestsS * plan.duty * MONTH_S,
    isolateHit,
    coloHit: colo.hit,
    storeShare: (1 - isolateHit) * (1 - colo.hit),
  }
}

export interface Bill {
  readonly objects: number
  readonly upload: number
  readonly storage: number
  readonly workers: number
  readonly reads: number
  /** A month, without the upload. */
  readonly month: number
}

/** `readsPerTile` of the store, and objects that are written once. */
export function bill(plan: Plan, seen: Outlook, kind: 'packed' | 'plain' | 'no shared cache'): Bill {
  const tiles = tilesOfMap(plan)
  // Six bands have both formats, the colour map has PNG.
  const formats = 2 * plan.maps.length - 1
  const shards = Math.ceil(12 * 4 ** plan.shardOrder * plan.sky) + 1
  const bytes = tiles * (plan.maps.length * plan.pngBytes + (plan.maps.length - 1) * plan.fitsBytes)
  // Of a pack 64 MB are one part of its upload.
  const objects = kind === 'packed' ? shards * formats : tiles * formats
  const writes = kind === 'packed' ? objects * 2 + bytes / 64e6 : objects
  // A pack's directory is read by an isolate now and then: one read more in ten.
  const readsPerMiss = kind === 'packed' ? 1.1 : 1
  const reads =
    kind === 'no shared cache' ? 3 * seen.requestsMonth : readsPerMiss * seen.storeShare * seen.requestsMonth
  const dollars = {
    upload: (writes / 1e6) * PRICES.classAM,
    storage: (bytes / 1e9) * PRICES.gbMonth,
    workers: (seen.requestsMonth / 1e6) * (PRICES.requestsM + CPU_MS * PRICES.cpuMsM),
    reads: (reads / 1e6) * PRICES.classBM,
  }
  return { objects, ...dollars, month: dollars.storage + dollars.workers + dollars.reads }
}
