// Which tiles a tree has, and what follows: where a tile can be, the sky that they cover, the lowest order.

import { centre } from '#src/healpix'
import type { OthersMap, TileAddress } from '#src/hips'
import {
  atOrder,
  cellsOf,
  countCells,
  degrade,
  emptyMoc,
  type Moc,
  mocOf,
  mocOfCone,
  touches,
  union,
  unionOf,
} from '#src/moc'
import { lonLatToVector, rotate, rotation, vectorToLonLat } from '#src/sky'

/** Tiles of all formats that are looked at. */
const MAX_TILES = 200_000_000
/** Cells of a map in the catalogue: more are said coarser. */
const MAX_CELLS = 60_000
/** Deepest order at which cells are turned into another frame, and how many of them. */
const TURNED_ORDER = 8
const MAX_TURNED = 20_000

export class TileCensus {
  readonly #byOrder = new Map<number, { cells: Float64Array; length: number }>()
  #count = 0

  /** Once for every format. False where there are too many to know. */
  add({ order, npix }: Pick<TileAddress, 'order' | 'npix'>): boolean {
    const known = this.#byOrder.get(order) ?? { cells: new Float64Array(64), length: 0 }
    this.#byOrder.set(order, known)
    if (known.length === known.cells.length) {
      const more = new Float64Array(2 * known.length)
      more.set(known.cells)
      known.cells = more
    }
    known.cells[known.length++] = npix
    return ++this.#count <= MAX_TILES
  }

  get orders(): number[] {
    return [...this.#byOrder.keys()].sort((a, b) => a - b)
  }

  /** The cells of an order that have a tile. */
  at(order: number): Moc {
    const known = this.#byOrder.get(order)
    return mocOf(order, known ? known.cells.slice(0, known.length).sort() : [])
  }

  /**
   * A map that every tile touches: the deepest tiles, and of a tile with none below it one cell. Other cells of it may
   * have no tile: then its file is not there.
   */
  where(): Moc {
    const orders = this.orders.reverse()
    let all = emptyMoc(orders[0] ?? 0)
    for (const order of orders) {
      const below = 4 ** (all.order - order)
      const alone = [...cellsOf(this.at(order))].filter((npix) => !touches(all, order, npix))
      all = union(
        all,
        mocOf(
          all.order,
          alone.map((npix) => npix * below),
        ),
      )
    }
    return bounded(all)
  }

  /** The cells of the deepest tiles. */
  covered(): Moc {
    const deepest = this.orders.at(-1)
    return deepest === undefined ? emptyMoc(0) : bounded(this.at(deepest))
  }
}

/** Every cell that is touched, at an order at which they are few enough. */
export function bounded(moc: Moc): Moc {
  let few = moc
  while (few.ranges.length / 2 > MAX_CELLS && few.order > 0) few = degrade(few, few.order - 1)
  return few
}

type HipsFrame = OthersMap['frame']
const FRAMES = { equatorial: 'ICRS', galactic: 'GALACTIC', ecliptic: 'ECLIPTIC' } as const

/** The cells of another frame that these touch, and a few more where the frames differ. */
export function inFrame(moc: Moc, from: HipsFrame, to: HipsFrame): Moc {
  if (from === to) return moc
  let cells = degrade(moc, TURNED_ORDER)
  while (countCells(cells) > MAX_TURNED && cells.order > 0) cells = degrade(cells, cells.order - 1)
  const turn = rotation(FRAMES[from], FRAMES[to])
  const at = new Float64Array(2)
  // More than half the diagonal of the longest cells, which are near the poles.
  const radiusRad = Math.min(Math.PI, 1.1 / 2 ** cells.order)
  const cones: Moc[] = []
  for (const npix of cellsOf(cells)) {
    centre(cells.order, npix, at)
    const { lonRad, latRad } = vectorToLonLat(rotate(turn, lonLatToVector(at[0], at[1])))
    cones.push(mocOfCone(cells.order, lonRad, latRad, radiusRad))
  }
  return cones.length === 0 ? emptyMoc(cells.order) : atOrder(unionOf(cones), cells.order)
}
