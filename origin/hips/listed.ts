// The records of `/hipslist`: a map has two endpoints, each a HiPS of its own with its own status: the public tier, and the map
// with every order for those with rights (HiPS 1.0 §5.2). Each names its coverage.

import { type HipslistEntry, parseProperties } from '#src/hips'
import { decide, type Principal } from '#src/rights'
import { mocUrl } from '#src/services'
import type { MapRecord } from '../catalog/store.ts'
import type { TileStore } from './tile-store.ts'

export interface ListOptions {
  readonly store: TileStore
  /** Public address of the node. */
  readonly base: string
  /** Whose list; `everything`: also private endpoints, where that they are there is no secret. */
  readonly who: Principal | 'everything'
  readonly nowMs: number
}

export async function listed(maps: readonly MapRecord[], options: ListOptions): Promise<HipslistEntry[]> {
  const entries: HipslistEntry[] = []
  for (const { map } of maps) {
    const record = await options.store.map(map, options.nowMs)
    if (!record) continue
    const { publicOrder, order, orderMin = 0 } = record
    if (publicOrder >= orderMin) entries.push(...(await entry(record, 'public', options)))
    if (isListed(record, options) && publicOrder < order) entries.push(...(await entry(record, 'full', options)))
  }
  return entries
}

function isListed({ rights, publicOrder, orderMin = 0 }: MapRecord, { who, nowMs }: ListOptions): boolean {
  if (who !== 'everything') return decide(who, rights, nowMs).outcome === 'allow'
  const secret = rights.access === 'level3' || nowMs < (rights.embargoUntilMs ?? 0)
  return !secret && publicOrder >= orderMin
}

async function entry(
  record: MapRecord,
  tier: 'public' | 'full',
  { store, base }: ListOptions,
): Promise<HipslistEntry[]> {
  const { map } = record
  const stored = await store.file(record, tier === 'public' ? 'public/properties' : 'properties')
  if (!stored) return []
  const properties = new Map(parseProperties(new TextDecoder().decode(stored.bytes)))
  // A map of others keeps its own: HipsLint takes a list that says otherwise than the map for an error.
  if (!properties.has('moc_access_url')) properties.set('moc_access_url', mocUrl(base, { kind: 'map', name: map }))
  return [{ properties, serviceUrl: `${base}/hips/${tier}/${map}` }]
}
