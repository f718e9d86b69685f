// Which part of another node's map is copied, and the tiles of it in the order in which they are asked for: from its
// MOC where that can be used, else walking down, below those tiles that are there.

import { cellCount } from '#src/healpix'
import { childrenOf, type OthersMap, type TileFormat } from '#src/hips'
import { atOrder, cellsOf, countCells, intersection, type Moc, mocOfCone, parseMocAscii, touches } from '#src/moc'
import { degToRad } from '#src/sky'
import { OthersError } from './errors.ts'
import { inFrame } from './tiles.ts'

export interface Wanted {
  /** First and last, both included. */
  readonly orders?: readonly [number, number]
  readonly formats?: readonly TileFormat[]
  /** `cone RA DEC RADIUS` in degrees, or a MOC as text (`3/1 2-5`); ICRS. */
  readonly region?: string
}

export interface Selection {
  readonly orderMin: number
  readonly order: number
  readonly formats: readonly TileFormat[]
  /** In the map's own frame. */
  readonly region?: Moc
  /** Less than the whole map. */
  readonly partial: boolean
}

export interface Cell {
  readonly order: number
  readonly npix: number
}

/** Deepest order whose cells are all asked for, one by one, where no MOC says which there are. */
const WALK_FROM = 4
/** Cells of a region are no smaller. */
const REGION_ORDER = 11

export function selectionOf(others: OthersMap, wanted: Wanted): Selection {
  const least = others.orderMin ?? 0
  const [first, last] = wanted.orders ?? [least, others.order]
  if (!(first >= least && first <= last && last <= others.order))
    throw new OthersError('bad-option', `the map has the orders ${least} to ${others.order}, got ${first}-${last}`)
  const formats = wanted.formats ?? others.formats
  const unknown = formats.filter((format) => !others.formats.includes(format))
  if (unknown.length > 0)
    throw new OthersError(
      'bad-option',
      `the map has the formats ${others.formats.join(', ')}, got ${unknown.join(', ')}`,
    )
  const region = wanted.region === undefined ? undefined : regionOf(wanted.region, last)
  const less = first > least || last < others.order || formats.length < others.formats.length
  return {
    orderMin: first,
    order: last,
    formats: others.formats.filter((format) => formats.includes(format)),
    ...(region && { region: inFrame(region, 'equatorial', others.frame) }),
    partial: less || region !== undefined,
  }
}

function regionOf(text: string, order: number): Moc {
  const cone = /^cone[ ,]+(-?[\d.]+)[ ,]+(-?[\d.]+)[ ,]+([\d.]+)$/i.exec(text.trim())
  if (!cone) return parseMocAscii(text)
  const [ra, dec, radius] = cone.slice(1).map(Number)
  if (!(ra >= 0 && ra <= 360 && Math.abs(dec) <= 90 && radius > 0 && radius <= 180))
    throw new OthersError('bad-option', `a cone is an RA, a declination and a radius in degrees, got "${text}"`)
  return mocOfCone(Math.min(order, REGION_ORDER), degToRad(ra), degToRad(dec), degToRad(radius))
}

/** The cells of one order after another, and how many there are. */
export function fromMoc({ orderMin, order, region }: Selection, moc: Moc): { cells: Iterable<Cell>; count: number } {
  const sky = region ? intersection(moc, region) : moc
  const levels = Array.from({ length: order - orderMin + 1 }, (_, i) => atOrder(sky, orderMin + i))
  return {
    count: levels.reduce((sum, level) => sum + countCells(level), 0),
    cells: (function* () {
      for (const level of levels) for (const npix of cellsOf(level)) yield { order: level.order, npix }
    })(),
  }
}

/** Asks for the cells of one order; tells of those whose tile is there. */
export type VisitLevel = (cells: Iterable<Cell>, found: (cell: Cell) => void) => Promise<void>

/** Level by level, down from the lowest that there may be; orders below the selection's only lead the way. */
export async function walkDown({ orderMin, order, region }: Selection, lowest: number, visit: VisitLevel) {
  const from = Math.max(lowest, Math.min(orderMin, WALK_FROM))
  if (from > WALK_FROM + 1)
    throw new OthersError(
      'bad-option',
      `a map without a MOC is walked from order ${WALK_FROM + 1} at most, not ${from}`,
    )
  let level: Iterable<number> = every(from)
  let met = false
  for (let k = from; k <= order; k++) {
    const next: number[] = []
    await visit(within(level, k, region), ({ npix }) => {
      for (const child of childrenOf(npix)) next.push(child)
    })
    met ||= next.length > 0
    // Old maps begin at order 3 and do not say so.
    level = met || k >= WALK_FROM ? next : every(k + 1)
  }
}

function* every(order: number): Generator<number> {
  for (let npix = 0; npix < cellCount(order); npix++) yield npix
}

function* within(npixs: Iterable<number>, order: number, region: Moc | undefined): Generator<Cell> {
  for (const npix of npixs) if (!region || touches(region, order, npix)) yield { order, npix }
}
