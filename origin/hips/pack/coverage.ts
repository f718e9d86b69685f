// Tiles present against the map's MOC: each order's tiles come ascending and are laid beside the cells that should be.
// Deeper than the MOC, a cell that it covers may be empty; a tile outside of it is wrong at every order.

import { atOrder, cellsOf, type Moc, touches } from '#src/moc'

export interface CoverageOptions {
  /** Orders whose tiles must all be there. */
  readonly from: number
  readonly to: number
}

/** Of one format. */
export class CoverageCheck {
  readonly #moc: Moc
  readonly #expected = new Map<number, { cells: Iterator<number>; next: number | undefined }>()
  readonly #missing: (order: number, npix: number) => void

  constructor(moc: Moc, { from, to }: CoverageOptions, missing: (order: number, npix: number) => void) {
    this.#moc = moc
    this.#missing = missing
    for (let order = from; order <= Math.min(to, moc.order); order++) {
      const cells = cellsOf(atOrder(moc, order))
      this.#expected.set(order, { cells, next: cells.next().value ?? undefined })
    }
  }

  /** false: the MOC has nothing there. */
  add(order: number, npix: number): boolean {
    const expected = this.#expected.get(order)
    if (!expected) return touches(this.#moc, order, npix)
    while (expected.next !== undefined && expected.next < npix) this.#pass(order)
    if (expected.next !== npix) return false
    expected.next = expected.cells.next().value ?? undefined
    return true
  }

  /** Tells of all that did not come. */
  end(): void {
    for (const [order, expected] of this.#expected) while (expected.next !== undefined) this.#pass(order)
  }

  #pass(order: number): void {
    const expected = this.#expected.get(order)
    if (expected?.next === undefined) return
    this.#missing(order, expected.next)
    expected.next = expected.cells.next().value ?? undefined
  }
}
