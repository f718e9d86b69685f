// Where the tiles of neighbouring orders lie in one another, in pixels of FITS rows (row 0 at the bottom, see
// healpix/tile-grid): column i is HEALPix y, row j is width - 1 - x. So the child with x = 1 is in the lower half and
// the child with y = 1 in the right half of its parent.

export interface Quadrant {
  /** First column and first row (FITS order) of the child in its parent, as halves of the width: 0 or 1. */
  readonly column: 0 | 1
  readonly row: 0 | 1
}

export const parentOf = (npix: number): number => Math.floor(npix / 4)
export const childrenOf = (npix: number): [number, number, number, number] => [
  4 * npix,
  4 * npix + 1,
  4 * npix + 2,
  4 * npix + 3,
]

/** Child k = npix mod 4: x in bit 0, y in bit 1. */
const QUADRANTS: readonly Quadrant[] = [
  { column: 0, row: 1 },
  { column: 0, row: 0 },
  { column: 1, row: 1 },
  { column: 1, row: 0 },
]

/** Which quarter of its parent a tile fills, FITS rows. In PNG rows (from the top) the row is the other one. */
export const quadrantOf = (npix: number): Quadrant => QUADRANTS[npix % 4]

/** Degrees between pixel centres of a tile order, as hips_pixel_scale means it: the root of a pixel's area. */
export function pixelScaleDeg(order: number, tileWidth = 512): number {
  return (Math.sqrt(Math.PI / 3) * (180 / Math.PI)) / (2 ** order * tileWidth)
}

/** The lowest order whose pixels are at least as fine as the images', 0 to 24 less the tile's own depth. */
export function orderForPixelScale(scaleDeg: number, tileWidth = 512): number {
  const order = Math.ceil(Math.log2(pixelScaleDeg(0, tileWidth) / scaleDeg) - 1e-9)
  return Math.max(0, Math.min(24 - Math.log2(tileWidth), order))
}
