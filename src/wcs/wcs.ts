// What a world coordinate system is to the other rooms. Pixels are 0-based, the centre of the first pixel at (0, 0);
// the world is radians. FITS counts pixels from 1 and degrees: that lives in parse.ts and write.ts only.
// Greisen & Calabretta 2002 (Paper I), Calabretta & Greisen 2002 (Paper II).

import type { Frame } from '#src/sky'

/** Reads one keyword of a header; undefined where it is absent. A FitsHeader's `get` will do. */
export type KeywordLookup = (keyword: string) => string | number | bigint | boolean | undefined

/** DSS is the plate solution of the Digitized Sky Survey. */
export type DistortionKind = 'none' | 'SIP' | 'TPV' | 'DSS'

export interface Wcs {
  readonly naxis: 2
  /** Frame of the world side. */
  readonly frame: Frame
  /** Of FK4 (Besselian years), FK5 (Julian years) and ECLIPTIC coordinates. */
  readonly equinox?: number
  /** As in the header, longitude and latitude in the order of their axes: ['RA---TAN', 'DEC--TAN']. */
  readonly ctype: readonly [string, string]
  /** Three letters: 'TAN'. A TPV header is a TAN projection with distortion 'TPV'. */
  readonly projection: string
  readonly distortion: DistortionKind
  /** FITS axis numbers of longitude and latitude: [1, 2], or [2, 1] where they are swapped. */
  readonly axes: readonly [number, number]
  /** Geometric mean of the two scales at CRPIX, degrees. */
  readonly pixelScaleDeg: number
  /** [lonRad in [0, 2 pi), latRad], or undefined (and NaN in `out`) outside the projection. x runs along the lower-numbered axis. */
  pixelToWorld(x: number, y: number, out?: Float64Array): Float64Array | undefined
  /** [x, y], or undefined (and NaN in `out`) for positions that the projection does not hold. */
  worldToPixel(lonRad: number, latRad: number, out?: Float64Array): Float64Array | undefined
  /** x, y, x, y, ... to lon, lat, lon, lat, ...; NaN where undefined; the arrays may be one and the same. */
  pixelToWorldArray(xy: Float64Array, out: Float64Array): void
  /** lon, lat, ... to x, y, ...; NaN where undefined; the arrays may be one and the same. */
  worldToPixelArray(lonlat: Float64Array, out: Float64Array): void
}
