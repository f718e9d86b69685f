// The linear part: CDi_j, or PCi_j with CDELTi, or CDELTi with CROTAi. Paper I section 2.1, Paper II section 6.1.
// Of an image with more axes only the celestial pair is taken; it may not be mixed with the others.

import { DEG } from '#src/sky'
import { WcsError } from './errors.ts'
import type { Keywords } from './keywords.ts'

/** CUNITi -> degrees. Paper II allows degrees only; wcslib and others read these too. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['deg', 1],
  ['degree', 1],
  ['degrees', 1],
  ['arcmin', 1 / 60],
  ['arcsec', 1 / 3600],
  ['mas', 1 / 3_600_000],
  ['rad', 1 / DEG],
])

/** Degrees in the unit of an axis. */
export function unitDeg(keys: Keywords, axis: number): number {
  const unit = keys.string(`CUNIT${axis}`)
  if (unit === undefined) return 1
  const deg = UNITS.get(unit.toLowerCase())
  if (deg === undefined)
    throw new WcsError(
      'unsupported',
      `CUNIT${axis}${keys.alternate} '${unit.slice(0, 20)}' is not read: it may be ${[...UNITS.keys()].join(', ')}`,
    )
  return deg
}

const pad = (n: number) => String(n).padStart(3, '0')

/** One element, also in the spelling of the drafts (PC001002). */
function element(keys: Keywords, name: 'PC' | 'CD', i: number, j: number): number | undefined {
  return keys.number(`${name}${i}_${j}`) ?? keys.number(`${name}${pad(i)}${pad(j)}`)
}

function anyElement(keys: Keywords, name: 'PC' | 'CD', naxis: number): boolean {
  for (let i = 1; i <= naxis; i++) {
    for (let j = 1; j <= naxis; j++) if (element(keys, name, i, j) !== undefined) return true
  }
  return false
}

export interface LinearPart {
  /** Rows longitude and latitude, columns the two pixel axes in ascending order; degrees per pixel. */
  readonly cd: readonly [number, number, number, number]
  /** CDELT of longitude and latitude in degrees where the header has PC or CROTA, else 1: what a distortion comes before. */
  readonly cdelt: readonly [number, number]
}

export function linearPart(keys: Keywords, lon: number, lat: number, naxis: number): LinearPart {
  const columns = [Math.min(lon, lat), Math.max(lon, lat)]
  const hasPc = anyElement(keys, 'PC', naxis)
  const hasCd = anyElement(keys, 'CD', naxis)
  const cdelt = (axis: number) => keys.number(`CDELT${axis}`) ?? 1
  if (hasPc && hasCd && !(keys.has(`CDELT${lon}`) && keys.has(`CDELT${lat}`)))
    throw new WcsError('invalid', 'the header has CDi_j and PCi_j together, and no CDELTi for the latter')

  const coefficient = (i: number, j: number): number => {
    if (hasPc) return (element(keys, 'PC', i, j) ?? (i === j ? 1 : 0)) * cdelt(i)
    if (hasCd) return element(keys, 'CD', i, j) ?? 0
    if (i === j) return cdelt(i)
    return 0
  }
  for (let other = 1; other <= naxis; other++) {
    if (columns.includes(other)) continue
    for (const axis of columns) {
      if (coefficient(axis, other) !== 0 || coefficient(other, axis) !== 0)
        throw new WcsError('unsupported', `axes ${axis} and ${other} are mixed by the PC or CD matrix`)
    }
  }
  const rotation = hasPc || hasCd ? 0 : (keys.number(`CROTA${lat}`) ?? 0) * DEG
  const rows = [lon, lat].map((axis) => {
    const scale = unitDeg(keys, axis)
    if (rotation === 0) return columns.map((column) => scale * coefficient(axis, column))
    // Paper II section 6.1: CROTA turns the pixel axes after CDELT has scaled them.
    return columns.map((column) => {
      const cos = Math.cos(rotation)
      const sin = Math.sin(rotation)
      if (axis === column) return scale * cdelt(axis) * cos
      return scale * cdelt(column) * (axis === lon ? -sin : sin)
    })
  })
  const scales = [lon, lat].map((axis) => (hasCd && !hasPc ? 1 : cdelt(axis) * unitDeg(keys, axis)))
  return { cd: [rows[0][0], rows[0][1], rows[1][0], rows[1][1]], cdelt: [scales[0], scales[1]] }
}
