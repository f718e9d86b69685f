// From header keywords to a Wcs. Here FITS counts pixels from 1 and angles in degrees; everything behind is 0-based, radians.
// What is not read is an error that names it, never a position that is almost right.

import { DEG } from '#src/sky'
import { celestialMatrix, type Orientation } from './celestial.ts'
import { hasTpvTerms, readSip, readTpv } from './distortion/read.ts'
import { WcsError } from './errors.ts'
import { latitudeOf, readFrame } from './frames.ts'
import { HeaderWcs } from './header-wcs.ts'
import { type Keywords, keywords } from './keywords.ts'
import { linearPart, unitDeg } from './linear.ts'
import { plateAgrees, plateWcs } from './plate.ts'
import type { Parameters, Projection } from './projection/projection.ts'
import { PROJECTIONS } from './projection/registry.ts'
import type { KeywordLookup, Wcs } from './wcs.ts'

export interface ParseWcsOptions {
  /** NAXISn of the image: says how many axes there are where the header itself does not (NAXIS, WCSAXES). */
  readonly naxis?: readonly number[]
  /** Letter of an alternate description, A to Z. Default: the primary one. */
  readonly alternate?: string
}

/** More axes than any image has; FITS allows 99 for WCS. */
const MAX_AXES = 9

interface CelestialAxes {
  readonly lon: number
  readonly lat: number
  readonly ctype: [string, string]
  readonly longitude: string
  readonly code: string
}

/** Supported codes, for messages. */
const supported = () => [...PROJECTIONS.keys(), 'TPV', 'NCP', 'GLS'].join(', ')

function countAxes(keys: Keywords, lookup: KeywordLookup, options: ParseWcsOptions): number {
  let count = Math.max(2, options.naxis?.length ?? 0, Number(lookup('NAXIS') ?? 0) || 0, keys.number('WCSAXES') ?? 0)
  for (let axis = count + 1; axis <= MAX_AXES; axis++) if (keys.string(`CTYPE${axis}`)) count = axis
  return Math.min(count, MAX_AXES)
}

function celestialAxes(keys: Keywords, naxis: number): CelestialAxes {
  const found: { axis: number; kind: string; code: string; ctype: string }[] = []
  for (let axis = 1; axis <= naxis; axis++) {
    const ctype = keys.string(`CTYPE${axis}`)
    if (!ctype) continue
    const match = /^(RA-|DEC|[A-Z]LON|[A-Z]LAT|[A-Z]{2}LN|[A-Z]{2}LT)-{1,2}([A-Z0-9]{3})(-SIP)?$/.exec(ctype)
    if (match && ctype.length - (match[3]?.length ?? 0) === 8)
      found.push({ axis, kind: match[1].replace('-', ''), code: match[2], ctype })
    else if (/^(RA|DEC|[EG]LON|[EG]LAT)(-|$)/.test(ctype))
      throw new WcsError(
        'unsupported',
        `CTYPE${axis}${keys.alternate} '${ctype.slice(0, 20)}' is not read: ${supported()} are`,
      )
  }
  const isLongitude = (kind: string) => kind === 'RA' || /L(O)?N$/.test(kind)
  const lon = found.find(({ kind }) => isLongitude(kind))
  const lat = found.find(({ kind }) => !isLongitude(kind))
  if (!lon && !lat) throw new WcsError('missing', `the header gives no celestial coordinates (CTYPEi${keys.alternate})`)
  if (!lon || !lat || lon.code !== lat.code)
    throw new WcsError('invalid', `the celestial axes do not match: ${found.map(({ ctype }) => ctype).join(', ')}`)
  const latitude = latitudeOf(lon.kind)
  if (latitude !== undefined && latitude !== lat.kind)
    throw new WcsError('invalid', `the celestial axes do not match: ${lon.ctype}, ${lat.ctype}`)
  const ordered: [string, string] = lon.axis < lat.axis ? [lon.ctype, lat.ctype] : [lat.ctype, lon.ctype]
  return { lon: lon.axis, lat: lat.axis, ctype: ordered, longitude: lon.kind, code: lon.code }
}

/** Distortions of other conventions would displace every pixel. */
function refuseOtherDistortions(keys: Keywords): void {
  for (const name of ['CPDIS1', 'CPDIS2', 'CQDIS1', 'CQDIS2', 'D2IMDIS1', 'D2IMDIS2', 'D2IMARR']) {
    if (keys.has(name)) throw new WcsError('unsupported', `distortions by ${name} are not read: SIP and TPV are`)
  }
}

interface NativeReference {
  readonly projection: Projection
  readonly phi0: number
  readonly theta0: number
  readonly planeOffset?: readonly [number, number]
}

/** PVi_0 to PVi_2 of the longitude axis move the reference point away from the projection's own: Paper II section 2.5. */
function nativeReference(projection: Projection, pvLon: Parameters): NativeReference {
  if (pvLon(1) === undefined && pvLon(2) === undefined)
    return { projection, phi0: projection.phi0, theta0: projection.theta0 }
  const phi0 = pvLon(1) === undefined ? projection.phi0 : pvLon(1)! * DEG
  const theta0 = pvLon(2) === undefined ? projection.theta0 : pvLon(2)! * DEG
  if (!pvLon(0)) return { projection, phi0, theta0 }
  const at = new Float64Array(2)
  const cos = Math.cos(theta0)
  const n = Float64Array.of(cos * Math.cos(phi0), cos * Math.sin(phi0), Math.sin(theta0))
  if (!projection.project(n, at))
    throw new WcsError('invalid', `the reference point of PVi_1 and PVi_2 is not on the ${projection.code} map`)
  return { projection, phi0, theta0, planeOffset: [at[0], at[1]] }
}

export function parseWcs(lookup: KeywordLookup, options: ParseWcsOptions = {}): Wcs {
  const keys = keywords(lookup, options.alternate ?? '')
  const plate = plateWcs(keys)
  if (!plate) return wcsOfKeywords(keys, lookup, options)
  if (!keys.has('CTYPE1')) return plate
  const wcs = wcsOfKeywords(keys, lookup, options)
  const middle = [1, 2].map((axis) => (options.naxis?.[axis - 1] ?? keys.number(`NAXIS${axis}`) ?? 0) / 2)
  const { origin } = wcs.parts
  const agrees = plateAgrees(plate, wcs, origin[0], origin[1]) && plateAgrees(plate, wcs, middle[0], middle[1])
  return agrees && wcs.frame === plate.frame && wcs.axes[0] === 1 ? plate : wcs
}

function wcsOfKeywords(keys: Keywords, lookup: KeywordLookup, options: ParseWcsOptions): HeaderWcs {
  const naxis = countAxes(keys, lookup, options)
  const { lon, lat, ctype, longitude, code } = celestialAxes(keys, naxis)
  const { frame, equinox } = readFrame(keys, longitude)
  refuseOtherDistortions(keys)

  const lat0Deg = (keys.number(`CRVAL${lat}`) ?? 0) * unitDeg(keys, lat)
  const lon0Deg = (keys.number(`CRVAL${lon}`) ?? 0) * unitDeg(keys, lon)
  // SIP's keywords have no alternates: they go with the alternates whose CTYPE asks for them.
  const sip =
    keys.alternate === '' || ctype.every((type) => type.endsWith('-SIP'))
      ? readSip(keywords(lookup, ''), lon, lat)
      : undefined
  const { cd, cdelt } = linearPart(keys, lon, lat, naxis)
  const tpv = readTpv(keys, lon, lat, code, sip !== undefined, cdelt)
  const ownPv = !tpv && !(sip && code === 'TAN' && hasTpvTerms(keys, lon, lat))
  let pvLon: Parameters = ownPv ? (m) => keys.number(`PV${lon}_${m}`) : () => undefined
  let pvLat: Parameters = (m) =>
    keys.number(`PV${lat}_${m}`) ?? (keys.alternate === '' ? keys.number(`PROJP${m}`) : undefined)
  let name = code === 'TPV' ? 'TAN' : code
  // Two names of AIPS: Paper II sections 6.1.1 and 6.1.4.
  if (code === 'NCP') {
    name = 'SIN'
    pvLat = (m) => (m === 2 ? 1 / Math.tan(lat0Deg * DEG) : undefined)
  } else if (code === 'GLS') {
    name = 'SFL'
    pvLon = (m) => [1, 0, lat0Deg][m]
  }
  const factory = PROJECTIONS.get(name)
  if (!factory)
    throw new WcsError('unsupported', `the projection ${code} of ${ctype.join(', ')} is not read: ${supported()} are`)
  const { projection, phi0, theta0, planeOffset } = nativeReference(factory(pvLat), pvLon)

  const phiPoleDeg = pvLon(3) ?? keys.number('LONPOLE')
  const thetaPoleDeg = pvLon(4) ?? keys.number('LATPOLE')
  // 999 is an old way to say "not given".
  const orientation: Orientation = {
    phi0,
    theta0,
    lon0: lon0Deg * DEG,
    lat0: lat0Deg * DEG,
    ...(phiPoleDeg !== undefined && Math.abs(phiPoleDeg) <= 360 && { phiPole: phiPoleDeg * DEG }),
    ...(thetaPoleDeg !== undefined && Math.abs(thetaPoleDeg) <= 180 && { thetaPole: thetaPoleDeg * DEG }),
  }
  const [first, second] = lon < lat ? [lon, lat] : [lat, lon]
  return new HeaderWcs({
    frame,
    equinox,
    ctype,
    axes: [lon, lat],
    origin: [(keys.number(`CRPIX${first}`) ?? 0) - 1, (keys.number(`CRPIX${second}`) ?? 0) - 1],
    cd,
    projection,
    planeOffset,
    matrix: celestialMatrix(orientation),
    sip,
    plane: tpv,
  })
}
