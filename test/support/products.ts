// Products for tests of the catalogue: squares on the sky, public unless said otherwise.

import { lonLatDeg } from '#src/sky'
import type { NewFile, NewProduct } from '../../origin/catalog/store.ts'

export function fileAt(path: string, more: Partial<NewFile> = {}): NewFile {
  const index = new Uint8Array([1, 2, 3])
  return { path, key: path.slice(1), sizeBytes: 2880, mtimeMs: 1.5, ctimeMs: 2.5, digest: 'd1', index, ...more }
}

/** A square of `sideDeg` around a position, with its one plane in /a.fits. */
export function squareAt(
  name: string,
  raDeg: number,
  decDeg: number,
  sideDeg = 0.2,
  more: Partial<NewProduct> = {},
): NewProduct {
  const half = sideDeg / 2
  const stretch = half / Math.cos((decDeg * Math.PI) / 180)
  const corners = [
    [raDeg + stretch, decDeg - half],
    [raDeg + stretch, decDeg + half],
    [raDeg - stretch, decDeg + half],
    [raDeg - stretch, decDeg - half],
  ]
  return {
    productId: name,
    publisherDid: `ivo://skyedge.example/dr1?${name}`,
    collection: 'test.square',
    release: 'dr1',
    dataproductSubtype: 'square',
    calibLevel: 2,
    obsId: name,
    facility: '',
    instrument: '',
    raDeg,
    decDeg,
    fovDeg: sideDeg * Math.SQRT2,
    sRegion: `POLYGON ICRS ${corners.flat().join(' ')}`,
    footprint: corners.map(([ra, dec]) => lonLatDeg(ra, dec)),
    pixelScaleArcsec: 0.2,
    width: 100,
    height: 100,
    sizeBytes: 2880,
    rights: { access: 'public', release: 'dr1' },
    generation: 'g1',
    modifiedMs: 1000,
    planes: [{ role: 'image', path: '/a.fits', hdu: 0 }],
    ...more,
  }
}
