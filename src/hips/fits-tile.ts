// The cards of a FITS tile as Hipsgen 12 writes them: the tile's address and its place on the sky in the HPX
// projection (Calabretta & Roukema 2007), which is turned by 45 degrees, so that the tile is a plain square.

import { checkCell, FACE_LON, FACE_ROW, splitCell } from '#src/healpix'

export interface TileCard {
  readonly keyword: string
  readonly value: string | number
  readonly comment: string
}

export type HipsFrame = 'equatorial' | 'galactic' | 'ecliptic'
const AXES: Record<HipsFrame, readonly [string, string]> = {
  equatorial: ['RA---HPX', 'DEC--HPX'],
  galactic: ['GLON-HPX', 'GLAT-HPX'],
  ecliptic: ['ELON-HPX', 'ELAT-HPX'],
}

/**
 * ORDER, NPIX and the coordinates; the writer adds what describes the array, and DATASUM. In units of one pixel the
 * plane of the projection has x = n FACE_LON + X - Y and y = n (2 - FACE_ROW) + X + Y, where X, Y count pixels along the base
 * cell's sides and n is its width; column i and row j of the tile are Y = Y0 + i and X = X0 - j.
 */
export function tileCards(order: number, npix: number, tileWidth = 512, frame: HipsFrame = 'equatorial'): TileCard[] {
  checkCell(order, npix)
  const [face, cellX, cellY] = splitCell(order, npix, new Int32Array(3))
  const cells = 2 ** order
  const n = cells * tileWidth
  // West of longitude 180 the plane is left at its negative side, as readers bound it to -180 ... 180.
  const wrapped = FACE_LON[face] * cells + cellX - cellY > 4 * cells ? FACE_LON[face] - 8 : FACE_LON[face]
  const x0 = (cellX + 1) * tileWidth - 0.5
  const y0 = cellY * tileWidth + 0.5
  const scale = 45 / n
  const [lon, lat] = AXES[frame]
  return [
    { keyword: 'ORDER', value: order, comment: 'HEALPix order of the tile' },
    { keyword: 'NPIX', value: npix, comment: 'HEALPix nested index of the tile' },
    { keyword: 'CRPIX1', value: (n * (wrapped - 2 + FACE_ROW[face]) - 2 * y0 + 2) / 2, comment: '' },
    { keyword: 'CRPIX2', value: (n * (wrapped + 2 - FACE_ROW[face]) + 2 * x0 + 2) / 2, comment: '' },
    { keyword: 'CD1_1', value: -scale, comment: 'deg/pixel' },
    { keyword: 'CD1_2', value: -scale, comment: 'deg/pixel' },
    { keyword: 'CD2_1', value: scale, comment: 'deg/pixel' },
    { keyword: 'CD2_2', value: -scale, comment: 'deg/pixel' },
    { keyword: 'CTYPE1', value: lon, comment: '' },
    { keyword: 'CTYPE2', value: lat, comment: '' },
    { keyword: 'CRVAL1', value: 0, comment: '' },
    { keyword: 'CRVAL2', value: 0, comment: '' },
    { keyword: 'PV2_1', value: 4, comment: 'HPX: facets in longitude' },
    { keyword: 'PV2_2', value: 3, comment: 'HPX: facets in latitude' },
  ]
}
