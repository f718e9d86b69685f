// `/hips/{public|full}/{map}/{file}`: which bytes of which map are meant, and whether they can exist. Pure but for
// the manifest; off the framework's path, as most requests come here.

import { tileKey } from '#src/caching'
import { mapFileMediaType, mapFileStart, parseAllskyPath, parseProgenitorPath, parseTilePath } from '#src/hips'
import { touches } from '#src/moc'
import type { ProductRights } from '#src/rights'
import type { Manifest, MapFacts } from '../knowledge/maps.ts'
import { FOR_EVER } from '../pipeline/lookup.ts'
import { type Resource, serve } from '../pipeline/serve.ts'
import { problem } from '../problem.ts'
import type { PackedAddress } from '../storage/pack-tiles.ts'
import { baseOf, type Visit } from '../visit.ts'

export const HIPS = '/hips/'

type Tier = 'public' | 'full'

/** Descriptions are asked for again after this long; the generation in their key changes with what they describe. */
const DESCRIPTION_MS = 300_000

export function hips(visit: Visit): Response | Promise<Response> {
  const { path, edge, nowMs } = visit
  const tier = path.startsWith('public/', HIPS.length) ? 'public' : path.startsWith('full/', HIPS.length) ? 'full' : ''
  if (!tier) return problem(visit, 404, 'a map is at /hips/public/{map}/ or /hips/full/{map}/')
  const maps = edge.maps.peek('', nowMs)
  return maps ? ofMaps(maps, tier, visit) : edge.maps.get('', visit).then((renewed) => ofMaps(renewed, tier, visit))
}

function ofMaps(maps: Manifest, tier: Tier, visit: Visit): Response | Promise<Response> {
  const { path, edge } = visit
  const rest = path.slice(HIPS.length + tier.length + 1)
  const split = mapFileStart(rest)
  const name = rest.slice(0, Math.max(0, split - 1))
  const file = rest.slice(split)
  const map = maps.get(name)
  if (!map && file !== '' && maps.has(`${name ? `${name}/` : ''}${file}`)) return toFolder(visit)
  // The tier of a map that has none is not told from a map that is not there.
  if (!map || (tier === 'public' && map.publicOrder < map.orderMin)) return problem(visit, 404, 'there is no such map')
  const resource = resourceOf(map, tier, file === '' ? 'index.html' : file, visit)
  if (typeof resource === 'string') {
    edge.counters.count('isolate', 'tile', parseTilePath(file)?.order, 'absent')
    return problem(visit, 404, resource, { 'cache-control': 'public, max-age=60', 'cache-status': KNOWN_ABSENT })
  }
  return serve(resource, visit)
}

/** Answered from the manifest: neither a cache nor the origin was asked. */
const KNOWN_ABSENT = 'isolate; hit; detail=manifest'

/** The resource, or why there is none. */
function resourceOf(map: MapFacts, tier: Tier, file: string, visit: Visit): Resource | string {
  const rights = tier === 'public' ? openTo(map) : map.rights
  const deepest = tier === 'public' ? map.publicOrder : map.order
  const { generation, keyPrefix } = map
  const tile = parseTilePath(file)
  const image = tile ?? parseAllskyPath(file)
  if (image) {
    const { order, format } = image
    if (order < map.orderMin || order > deepest) return `order ${order} is not among ${map.orderMin} to ${deepest}`
    if (!map.formats.includes(format)) return `this map has no ${format} tiles`
    if (tile && map.coverage && !touches(map.coverage, order, tile.npix)) return 'the tile is outside the map'
    // One key for both tiers: the bytes are the same, and who may have them is decided before.
    const ask = `${HIPS}${tier}/${map.map}/${file}`
    const store = map.packs && storeOf(map, tile ? { format, order, npix: tile.npix } : { format, allsky: order })
    return { kind: 'tile', key: keyPrefix + file, rights, store, ask, generation, lifetime: FOR_EVER, order }
  }
  // Each tier has its own: they say which orders there are.
  const progenitors = parseProgenitorPath(file)
  if (!progenitors && !mapFileMediaType(file))
    return 'a map has tiles, Allsky images, properties, Moc.fits, metadata.xml, preview.jpg, index.html and HpxFinder'
  if (progenitors?.kind === 'cell') {
    const { order, npix } = progenitors
    if (order > deepest) return `order ${order} is deeper than ${deepest}`
    if (map.coverage && !touches(map.coverage, order, npix)) return 'the cell is outside the map'
  }
  // Progenitors hold links to this edge: under another name it has others.
  const beside = progenitors ? `${tier}/${encodeURIComponent(baseOf(visit))}` : tier
  return {
    kind: 'description',
    key: tileKey(generation, map.map, `${beside}/${file}`),
    rights,
    ask: `${HIPS}${tier}/${map.map}/${file}`,
    generation,
    lifetime: () => DESCRIPTION_MS,
  }
}

const storeOf = (map: MapFacts, address: PackedAddress): Resource['store'] => {
  return async (visit) => visit.edge.packs?.tile(map, address, visit)
}

/** The public endpoint is everybody's, up to its order. */
const openTo = ({ release }: MapFacts): ProductRights => ({ access: 'public', release })

/** Relative addresses inside a map's page need the slash. */
const toFolder = (visit: Visit) =>
  problem(visit, 308, 'a map is a folder', { location: `${visit.path}/`, 'cache-control': 'public, max-age=3600' })
