// Norder3/Allsky: all tiles of an order as small squares side by side (HiPS 1.0, section 4.3.2). 27 in a row at order
// 3, numbered from the top left corner of the image; a FITS file starts with its bottom row, a PNG or JPEG with
// its top row.

import { cellCount } from '#src/healpix'

export interface AllskyLayout {
  readonly order: number
  /** Squares in a row and in a column. */
  readonly across: number
  readonly down: number
  /** Pixels along a square. */
  readonly side: number
  readonly width: number
  readonly height: number
  /** First column, and first row counted from the top, of a tile's square. */
  place(npix: number): { x: number; top: number }
  /** First column, and first row counted from the bottom as FITS does. */
  placeFits(npix: number): { x: number; bottom: number }
}

export function allskyLayout(order = 3, side = 64): AllskyLayout {
  const count = cellCount(order)
  const across = Math.floor(Math.sqrt(count))
  const down = Math.ceil(count / across)
  const column = (npix: number): number => (npix % across) * side
  const row = (npix: number): number => Math.floor(npix / across)
  return {
    order,
    across,
    down,
    side,
    width: across * side,
    height: down * side,
    place: (npix) => ({ x: column(npix), top: row(npix) * side }),
    placeFits: (npix) => ({ x: column(npix), bottom: (down - 1 - row(npix)) * side }),
  }
}
