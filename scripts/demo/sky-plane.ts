// The tangent plane at the centre of the field, arcsec east (xi) and north (eta), and back to right ascension and
// declination in degrees (Calabretta & Greisen 2002, section 5.1.3: gnomonic).

const DEG = Math.PI / 180
export const ARCSEC = DEG / 3600

export interface Centre {
  readonly raDeg: number
  readonly decDeg: number
}

export function toSky({ raDeg, decDeg }: Centre, xi: number, eta: number): { raDeg: number; decDeg: number } {
  const x = xi * ARCSEC
  const y = eta * ARCSEC
  const [sin, cos] = [Math.sin(decDeg * DEG), Math.cos(decDeg * DEG)]
  const depth = cos - y * sin
  const ra = raDeg + Math.atan2(x, depth) / DEG
  return { raDeg: (ra + 360) % 360, decDeg: Math.atan2(sin + y * cos, Math.hypot(x, depth)) / DEG }
}

/** East and north on the tangent plane, arcsec; the position lies on the near half of the sky. */
export function toPlane({ raDeg, decDeg }: Centre, ra: number, dec: number): [number, number] {
  const d = (ra - raDeg) * DEG
  const [sin0, cos0] = [Math.sin(decDeg * DEG), Math.cos(decDeg * DEG)]
  const [sin, cos] = [Math.sin(dec * DEG), Math.cos(dec * DEG)]
  const depth = sin * sin0 + cos * cos0 * Math.cos(d)
  return [(cos * Math.sin(d)) / depth / ARCSEC, (sin * cos0 - cos * sin0 * Math.cos(d)) / depth / ARCSEC]
}
