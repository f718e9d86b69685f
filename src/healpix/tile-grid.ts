// Where the pixels of a HiPS tile lie. A tile of order K and width 2^w holds the 4^w cells of order K + w below its
// cell, as an image (HiPS 1.0, section 4.1). Row j counts from the first row of the FITS file (the bottom one):
// column i of row j is the subcell x = width - 1 - j, y = i. A PNG or JPEG of the same tile counts rows from the top:
// its row r is row width - 1 - r of the FITS file, so x = r.

import { HealpixError } from './errors.ts'
import { facePoint, splitCell } from './nested.ts'
import { checkCell } from './order.ts'

export interface TileGrid {
  readonly order: number
  readonly npix: number
  /** Pixels along a side, a power of two. */
  readonly width: number
  /** Position of the pixel (i, j), fractions allowed (-0.5 to width - 0.5 spans the tile): [lon, lat] radians. */
  position(i: number, j: number, out: Float64Array): Float64Array
  /** The same as a unit vector, written from index `at`. */
  vector(i: number, j: number, out: Float64Array, at?: number): void
  /** Centres of the `width` pixels of row j: lon, lat, lon, lat, ... radians; 2 * width numbers. */
  lonLatRow(j: number, out: Float64Array, at?: number): void
  /** Unit vectors of row j: x, y, z, x, ...; 3 * width numbers. */
  vectorRow(j: number, out: Float64Array, at?: number): void
  /** Unit vectors of the points (i, j) of the grid i = i0 + k * step, for coarse grids; 3 * count numbers. */
  vectorRun(i0: number, step: number, count: number, j: number, out: Float64Array, at?: number): void
}

export function tileGrid(order: number, npix: number, tileWidth = 512): TileGrid {
  checkCell(order, npix)
  if (!(tileWidth >= 1 && tileWidth <= 65536 && Number.isInteger(Math.log2(tileWidth))))
    throw new HealpixError('bad-order', `a tile is a power of two up to 65536 wide, got ${tileWidth}`)
  const [face, cellX, cellY] = splitCell(order, npix, new Int32Array(3))
  const across = 2 ** order * tileWidth
  const x0 = cellX * tileWidth + tileWidth - 0.5
  const y0 = cellY * tileWidth + 0.5
  const point = new Float64Array(3)
  const at = (i: number, j: number): void => facePoint(face, (x0 - j) / across, (y0 + i) / across, point)

  const vector = (i: number, j: number, out: Float64Array, index = 0): void => {
    at(i, j)
    out[index] = point[2] * Math.cos(point[0])
    out[index + 1] = point[2] * Math.sin(point[0])
    out[index + 2] = point[1]
  }
  const vectorRun = (i0: number, step: number, count: number, j: number, out: Float64Array, index = 0): void => {
    for (let k = 0; k < count; k++) vector(i0 + k * step, j, out, index + 3 * k)
  }
  return {
    order,
    npix,
    width: tileWidth,
    position(i, j, out) {
      at(i, j)
      out[0] = point[0]
      out[1] = Math.atan2(point[1], point[2])
      return out
    },
    vector,
    vectorRun,
    vectorRow: (j, out, index = 0) => vectorRun(0, 1, tileWidth, j, out, index),
    lonLatRow(j, out, index = 0) {
      for (let i = 0; i < tileWidth; i++) {
        at(i, j)
        out[index + 2 * i] = point[0]
        out[index + 2 * i + 1] = Math.atan2(point[1], point[2])
      }
    },
  }
}
