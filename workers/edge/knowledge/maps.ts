// The manifest of the origin's maps: for each its generation (part of every key), orders, formats, rights and MOC.
// With it a tile that cannot exist is a 404 here, without a lookup and without asking the origin.

import { tileKey } from '#src/caching'
import type { Moc } from '#src/moc'
import type { ProductRights } from '#src/rights'
import type { PackedMap } from '../storage/pack-tiles.ts'
import { parseCoverage } from './coverage.ts'
import { parseRights } from './rights.ts'

export interface MapFacts {
  /** `demo/dr1/r` */
  readonly map: string
  readonly release: string
  readonly generation: string
  readonly orderMin: number
  readonly order: number
  /** Deepest order of the public endpoint; below `orderMin` there is none. */
  readonly publicOrder: number
  readonly formats: readonly string[]
  readonly rights: ProductRights
  readonly coverage?: Moc
  /** Where the object store has the map's packs, and the order of the cells they are of. */
  readonly packs?: PackedMap['packs']
  /** The key of a tile is this and the tile's path. */
  readonly keyPrefix: string
}

export type Manifest = ReadonlyMap<string, MapFacts>

const NAME = /^[A-Za-z0-9_-][\w.-]*(\/[A-Za-z0-9_-][\w.-]*)*$/
const FORMATS = new Set(['png', 'fits', 'jpg', 'webp'])

export function parseManifest(value: unknown): Manifest {
  const maps = (value as { maps?: unknown } | null)?.maps
  if (!Array.isArray(maps)) throw new TypeError('the manifest has no list of maps')
  return new Map(maps.map(parseMap).map((facts) => [facts.map, facts]))
}

function parseMap(value: Record<string, unknown>): MapFacts {
  const { map, release, generation, orderMin = 0, order, publicOrder = -1, formats, rights, moc, packs } = value
  if (typeof map !== 'string' || !NAME.test(map)) throw new TypeError('a map has no usable name')
  if (typeof generation !== 'string' || generation === '') throw new TypeError(`map ${map} has no generation`)
  if (!isOrder(order) || !isOrder(orderMin) || !Number.isInteger(publicOrder))
    throw new TypeError(`map ${map} has no orders`)
  const known = Array.isArray(formats) ? formats.filter((format) => FORMATS.has(format)) : []
  return {
    map,
    release: String(release ?? ''),
    generation,
    orderMin,
    order,
    publicOrder: Math.min(publicOrder as number, order),
    formats: known,
    rights: parseRights(rights),
    coverage: moc === undefined || moc === null ? undefined : parseCoverage(moc),
    packs: parsePacks(packs),
    keyPrefix: tileKey(generation, map, ''),
  }
}

const PREFIX = /^[A-Za-z0-9_][\w.-]*(\/[A-Za-z0-9_][\w.-]*)*$/

/** What cannot be used is not: the origin has every tile. */
function parsePacks(value: unknown): MapFacts['packs'] {
  const { prefix, shardOrder, headBytes } = (value ?? {}) as Record<string, unknown>
  if (typeof prefix !== 'string' || !PREFIX.test(prefix) || !isOrder(shardOrder)) return undefined
  return { prefix, shardOrder, headBytes: Number.isSafeInteger(headBytes) ? (headBytes as number) : undefined }
}

const isOrder = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 24
