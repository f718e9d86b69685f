// What the `properties` of a map that others made mean to a node that serves it. Old maps (HiPS 1.0, section 4.4.1,
// and what came before it) leave lines out: the standard's defaults are taken.

import { HipsError } from './errors.ts'
import { type Properties, parseProperties } from './properties.ts'
import { type HipsStatus, parseStatus } from './status.ts'
import { formatOfWord, type TileFormat } from './tile.ts'

export interface OthersMap {
  readonly properties: Properties
  readonly creatorDid: string
  readonly title: string
  /** As written; a map with the same date has the same tiles. */
  readonly releaseDate: string
  readonly order: number
  /** As said, or undefined. */
  readonly orderMin?: number
  readonly tileWidth: number
  /** In their order. */
  readonly formats: readonly TileFormat[]
  readonly frame: 'equatorial' | 'galactic' | 'ecliptic'
  readonly status: HipsStatus
  /** hips_check_code, where it is said. */
  readonly checkCode?: string
  readonly pixelCut?: { readonly low: number; readonly high: number; readonly stretch: string }
}

/** Longest properties that are read, in bytes. */
export const MAX_PROPERTIES = 1_000_000
const DEFAULT_WIDTH = 512
const WIDTHS = { least: 64, most: 4096 }
/** Deepest order of an index that is exact here. */
const MAX_ORDER = 24
const FRAMES: Record<string, OthersMap['frame']> = {
  equatorial: 'equatorial',
  galactic: 'galactic',
  ecliptic: 'ecliptic',
  C: 'equatorial',
  G: 'galactic',
  E: 'ecliptic',
}

const wrong = (message: string) => new HipsError('bad-properties', message)
const shown = (value: string) => JSON.stringify(value.slice(0, 80))

/** Throws HipsError where a line that is needed is missing or means nothing, or the map is of a kind not served here. */
export function readOthersMap(text: string): OthersMap {
  const properties = parseProperties(text)
  const must = (key: string): string => {
    const value = properties.get(key)
    if (!value) throw wrong(`properties has no ${key}, which is mandatory`)
    return value
  }
  const product = properties.get('dataproduct_type') ?? 'image'
  const isCube = properties.has('hips_cube_depth') || properties.has('hips_order_freq') || /cube/.test(product)
  if (isCube) throw wrong('the map is a cube: only images are served')
  if (product !== 'image') throw wrong(`only images are served, dataproduct_type is ${shown(product)}`)
  const formats = formatsOf(must('hips_tile_format'))
  const said = properties.get('hips_status') ?? ''
  const status = parseStatus(said)
  if (!status) throw wrong(`hips_status cannot be read: ${shown(said)}`)
  const order = whole(properties, 'hips_order', 0, MAX_ORDER)
  if (order === undefined) throw wrong('properties has no hips_order, which is mandatory')
  const tileWidth = whole(properties, 'hips_tile_width', WIDTHS.least, WIDTHS.most) ?? DEFAULT_WIDTH
  if (!Number.isInteger(Math.log2(tileWidth))) throw wrong(`hips_tile_width is a power of two, got ${tileWidth}`)
  const frame = Object.hasOwn(FRAMES, must('hips_frame')) ? FRAMES[must('hips_frame')] : undefined
  if (!frame) throw wrong(`hips_frame is equatorial, galactic or ecliptic, got ${shown(must('hips_frame'))}`)
  const cut = /^(\S+)\s+(\S+)(?:\s+([a-z]+))?$/i.exec(properties.get('hips_pixel_cut') ?? '')
  const [low, high] = [Number(cut?.[1]), Number(cut?.[2])]
  return {
    properties,
    creatorDid: must('creator_did'),
    title: must('obs_title'),
    releaseDate: must('hips_release_date'),
    order,
    orderMin: whole(properties, 'hips_order_min', 0, order),
    tileWidth,
    formats,
    frame,
    status,
    checkCode: properties.get('hips_check_code') || undefined,
    ...(low < high && { pixelCut: { low, high, stretch: cut?.[3]?.toLowerCase() ?? 'linear' } }),
  }
}

function formatsOf(words: string): TileFormat[] {
  const formats = words.split(/[\s,]+/).flatMap((word) => formatOfWord(word) ?? [])
  if (formats.length === 0)
    throw wrong(`no tiles of hips_tile_format ${shown(words)} are served: png, jpeg, webp, fits`)
  return [...new Set(formats)]
}

function whole(properties: Properties, key: string, least: number, most: number): number | undefined {
  const text = properties.get(key)
  if (!text) return undefined
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value < least || value > most)
    throw wrong(`${key} is ${least} to ${most}, got ${shown(text)}`)
  return value
}
