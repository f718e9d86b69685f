// The address of a tile and its path (HiPS 1.0, section 4.1): Norder{K}/Dir{10000 * floor(N / 10000)}/Npix{N}.{ext}.
// A path is taken only in the one spelling that is written; everything else (leading zeros, another Dir, dots,
// doubled slashes, escapes) is no tile, so that one tile has one name in every cache.

import { cellCount, MAX_ORDER } from '#src/healpix'
import { HipsError } from './errors.ts'

/** File name endings; in `hips_tile_format` jpg is spelled jpeg. */
export type TileFormat = 'png' | 'fits' | 'jpg' | 'webp'

export interface TileAddress {
  /** 0 to 24. */
  readonly order: number
  /** Nested index, 0 to 12 * 4^order - 1. */
  readonly npix: number
  readonly format: TileFormat
}

const DIR = 10_000
const LONGEST = 64
const TILE = /^Norder(0|[1-9]\d?)\/Dir(0|[1-9]\d{0,15})\/Npix(0|[1-9]\d{0,15})\.(png|fits|jpg|webp)$/
const ALLSKY = /^Norder([0-3])\/Allsky\.(png|fits|jpg|webp)$/

const dirOf = (npix: number): number => Math.floor(npix / DIR) * DIR

/** The address that a path below the map's root names, without a leading slash; undefined when it names no tile. */
export function parseTilePath(path: string): TileAddress | undefined {
  if (path.length > LONGEST) return undefined
  const match = TILE.exec(path)
  if (!match) return undefined
  const order = Number(match[1])
  const npix = Number(match[3])
  if (order > MAX_ORDER || npix >= cellCount(order) || Number(match[2]) !== dirOf(npix)) return undefined
  return { order, npix, format: match[4] as TileFormat }
}

export function tilePath({ order, npix, format }: TileAddress): string {
  if (!(Number.isInteger(order) && order >= 0 && order <= MAX_ORDER && Number.isInteger(npix) && npix >= 0))
    throw new HipsError('bad-address', `a tile has an order of 0 to ${MAX_ORDER} and an index, got ${order}/${npix}`)
  if (npix >= cellCount(order))
    throw new HipsError('bad-address', `order ${order} has tiles 0 to ${cellCount(order) - 1}, got ${npix}`)
  return `Norder${order}/Dir${dirOf(npix)}/Npix${npix}.${format}`
}

/** `Norder3/Allsky.png`: orders 0 to 3 (section 4.3.2). */
export function parseAllskyPath(path: string): { order: number; format: TileFormat } | undefined {
  const match = path.length > LONGEST ? null : ALLSKY.exec(path)
  return match ? { order: Number(match[1]), format: match[2] as TileFormat } : undefined
}

export const allskyPath = (order: number, format: TileFormat): string => `Norder${order}/Allsky.${format}`

/** As `hips_tile_format` spells it, and back; undefined for what holds no image. */
export const formatWord = (format: TileFormat): string => (format === 'jpg' ? 'jpeg' : format)
export function formatOfWord(word: string): TileFormat | undefined {
  if (word === 'jpeg' || word === 'jpg') return 'jpg'
  return word === 'png' || word === 'fits' || word === 'webp' ? word : undefined
}
