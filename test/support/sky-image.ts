// Images whose pixels are a function of the sky: what a map shows at a place is then known exactly.

import { writeFileSync } from 'node:fs'
import { FitsHeader, imageHduBytes } from '#src/fits'
import { DEG, type LonLat, radToDeg } from '#src/sky'
import { parseWcs, writeWcs } from '#src/wcs'
import { nodeRuntime } from '../../origin/runtime.ts'

export interface SkyImage {
  readonly raDeg: number
  readonly decDeg: number
  readonly width: number
  readonly height: number
  readonly scaleArcsec: number
  /** Value at a place, or NaN. */
  readonly value: (place: LonLat, x: number, y: number) => number
  /** A second HDU of this variance. */
  readonly variance?: (x: number, y: number) => number
}

export const CENTRE = { raDeg: 83, decDeg: -41 }

/** Arcseconds east and north of CENTRE, nearly: linear in the sky, so that interpolation is exact to 1e-3. */
export function slope({ lonRad, latRad }: LonLat): number {
  const east = (radToDeg(lonRad) - CENTRE.raDeg) * 3600 * Math.cos(CENTRE.decDeg * DEG)
  return 500 + 0.1 * east + 0.2 * (radToDeg(latRad) - CENTRE.decDeg) * 3600
}

export function writeSkyImage(path: string, image: SkyImage): string {
  const { raDeg, decDeg, width, height, scaleArcsec, value, variance } = image
  const scale = scaleArcsec / 3600
  const header = new FitsHeader()
  const spec = {
    crval: [raDeg, decDeg],
    crpix: [(width + 1) / 2, (height + 1) / 2],
    cd: [-scale, 0, 0, scale],
  } as const
  for (const card of writeWcs(spec as never)) header.set(card.keyword, card.value, card.comment)
  const wcs = parseWcs((keyword) => header.get(keyword))
  const place = new Float64Array(2)
  const plane = (of: (x: number, y: number) => number) => {
    const data = new Float32Array(width * height)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = of(x, y)
    return { bitpix: -32 as const, width, height, data, bscale: 1, bzero: 0 }
  }
  const pixels = plane((x, y) => {
    wcs.pixelToWorld(x, y, place)
    return value({ lonRad: place[0], latRad: place[1] }, x, y)
  })
  const parts = [imageHduBytes(header, pixels, { primary: true, runtime: nodeRuntime })]
  if (variance) parts.push(imageHduBytes(header, plane(variance), { name: 'VARIANCE', runtime: nodeRuntime }))
  writeFileSync(path, Buffer.concat(parts))
  return path
}
