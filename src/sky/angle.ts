// Angles. Inside sky, healpix and wcs every angle is in radians; degrees and hours live at the boundary,
// in names that end in Deg.

export const DEG = Math.PI / 180
export const ARCSEC = DEG / 3600
export const TWO_PI = 2 * Math.PI

/** A position on the sphere, radians; which frame it is in is the caller's knowledge. */
export interface LonLat {
  readonly lonRad: number
  /** -pi/2 to pi/2. */
  readonly latRad: number
}

export function degToRad(deg: number): number {
  return deg * DEG
}

export function radToDeg(rad: number): number {
  return rad / DEG
}

/** A longitude in [0, 2 pi). */
export function normalizeLon(lonRad: number): number {
  const lon = lonRad % TWO_PI
  if (lon >= 0) return lon
  // A tiny negative angle plus 2 pi rounds to 2 pi itself.
  const wrapped = lon + TWO_PI
  return wrapped < TWO_PI ? wrapped : 0
}

/** An angle in [-pi, pi): differences of longitude. */
export function wrapAngle(rad: number): number {
  return normalizeLon(rad + Math.PI) - Math.PI
}

export function lonLatDeg(lonDeg: number, latDeg: number): LonLat {
  return { lonRad: lonDeg * DEG, latRad: latDeg * DEG }
}
