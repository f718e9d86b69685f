// The generations that edges make their keys of: what the record says, and how often it was purged: itself, its
// collections, and everything. The one place that makes them: the manifest, the facts of a product and every answer to
// an edge must say the same.

import type { Catalog, MapRecord, Product, Purge, PurgeTarget } from './store.ts'

const ALL: PurgeTarget = { kind: 'all', name: '' }
const RECENT_MS = 1_000
const OF_MAPS = ['all', 'collection', 'map'] as const

/** `g7` once purged is `g7.p1`. */
const purged = (generation: string, count: number): string => (count === 0 ? generation : `${generation}.p${count}`)

const targetsOfMap = ({ map, collections }: Pick<MapRecord, 'map' | 'collections'>): PurgeTarget[] => [
  ALL,
  { kind: 'map', name: map },
  ...[...new Set(collections)].map((name): PurgeTarget => ({ kind: 'collection', name })),
]

export async function generationOfProduct(
  catalog: Catalog,
  { publisherDid, collection, generation }: Pick<Product, 'publisherDid' | 'collection' | 'generation'>,
): Promise<string> {
  const count = await catalog.purgeCount([
    ALL,
    { kind: 'collection', name: collection },
    { kind: 'product', name: publisherDid },
  ])
  return purged(generation, count)
}

export type MapGeneration = (record: Pick<MapRecord, 'map' | 'collections' | 'generation'>) => string

/** As of now, for as many maps as are asked for. */
export async function generationsOfMaps(catalog: Catalog): Promise<MapGeneration> {
  const keyOf = ({ kind, name }: PurgeTarget) => `${kind} ${name}`
  const counts = new Map((await catalog.purges(OF_MAPS)).map((purge: Purge) => [keyOf(purge), purge.count]))
  return (record) => {
    const count = targetsOfMap(record).reduce((sum, target) => sum + (counts.get(keyOf(target)) ?? 0), 0)
    return purged(record.generation, count)
  }
}

/** For every tile's answer: older than a second it is read anew. What it misses meanwhile is kept by no edge. */
export function recentGenerations(catalog: Catalog): (nowMs: number) => Promise<MapGeneration> {
  let known: { atMs: number; read: Promise<MapGeneration> } | undefined
  return (nowMs) => {
    if (known && nowMs >= known.atMs && nowMs - known.atMs < RECENT_MS) return known.read
    const read = generationsOfMaps(catalog)
    known = { atMs: nowMs, read }
    read.catch(() => {
      known = undefined
    })
    return read
  }
}
