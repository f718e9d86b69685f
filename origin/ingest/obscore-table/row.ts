// One row of an ObsCore table (ObsCore 1.1, tables 1 and 6, and the columns that Rubin adds) -> a product without planes:
// it is found, described and linked to, its pixels stay where access_url says. A row that cannot be placed on the sky, named
// or followed throws IngestError with the reason.

import { createHash } from 'node:crypto'
import { cleanProductId, parsePublisherDid, publisherDid, sRegion } from '#src/obscore'
import { bounds, checkRegion, degToRad, type LonLat, offset, radToDeg, SkyError } from '#src/sky'
import type { NewProduct, ProductRights } from '../../catalog/store.ts'
import { IngestError } from '../errors.ts'
import { known } from '../known.ts'
import { generationOf } from '../product.ts'
import type { TableCell, TableRow } from './source.ts'

export interface RowTarget {
  readonly authority: string
  readonly collection: string
  readonly release: string
  readonly rights: ProductRights
  /** When the table was written, ms since 1970: of rows that do not say when their data were. */
  readonly modifiedMs: number
  /** By column: what its numbers are multiplied by. */
  readonly scales: ReadonlyMap<string, number>
}

const MAX_TEXT = 4000
const MAX_REGION = 1 << 16
/** Corners of the outline of what is known as a circle only. */
const CORNERS = 32
const SCHEMES = /^(https?|ftps?|s3|gs|ivo|vos):\/\/[^\s"<>\\^`{|}]+$/i

export function productOfRow(row: TableRow, target: RowTarget): NewProduct {
  const { authority, collection, release, rights } = target
  const text = (name: string) => textOf(row.get(name), name)
  const number = (name: string, min = -Infinity, max = Infinity) => numberOf(row, name, target, min, max)
  const whole = (name: string) => wholeOf(number(name), name)
  const did = text('obs_publisher_did') ?? text('obs_creator_did')
  const obsId = text('obs_id')
  const named = did ?? obsId
  if (named === undefined) throw refused('has neither obs_publisher_did nor obs_id')
  const accessUrl = text('access_url')
  if (accessUrl === undefined) throw refused('has no access_url')
  if (!SCHEMES.test(accessUrl))
    throw refused('its access_url is no address of an archive (http, https, ftp, s3, gs, ivo, vos)')
  const productId = productIdOf(named)
  const place = placeOf(row, number)
  const product = {
    productId,
    publisherDid: publisherDid({ authority, release, productId }),
    collection,
    release,
    accessUrl,
    accessFormat: text('access_format'),
    dataproductType: text('dataproduct_type') ?? 'image',
    dataproductSubtype: text('dataproduct_subtype') ?? collection.slice(collection.lastIndexOf('.') + 1),
    calibLevel: levelOf(whole('calib_level')),
    targetName: text('target_name'),
    targetClass: text('target_class'),
    obsId: obsId ?? productId,
    title: text('obs_title'),
    facility: text('facility_name') ?? '',
    instrument: text('instrument_name') ?? '',
    creatorDid: text('obs_creator_did') ?? did,
    creatorName: text('obs_creator_name'),
    bibReference: text('bib_reference'),
    proposalId: text('proposal_id'),
    oUcd: text('o_ucd'),
    oUnit: text('o_unit'),
    polStates: text('pol_states'),
    band: text('lsst_band') ?? text('em_filter_name'),
    physicalFilter: text('lsst_filter'),
    visit: whole('lsst_visit'),
    detector: whole('lsst_detector'),
    raft: text('lsst_raft'),
    tract: whole('lsst_tract'),
    patch: text('lsst_patch'),
    imageType: text('lsst_image_type')?.toLowerCase(),
    ...ordered('em_min', number('em_min', 0), 'em_max', number('em_max', 0), (emMinM, emMaxM) => ({ emMinM, emMaxM })),
    ...ordered('t_min', number('t_min'), 't_max', number('t_max'), (tMinMjd, tMaxMjd) => ({ tMinMjd, tMaxMjd })),
    exptimeS: number('t_exptime', 0),
    tResolutionS: number('t_resolution', 0),
    sResolutionArcsec: number('s_resolution', 0),
    emResPower: number('em_res_power', 0),
    ...place,
    pixelScaleArcsec: number('s_pixel_scale', 0) ?? 0,
    width: whole('s_xel1') ?? 0,
    height: whole('s_xel2') ?? 0,
    sizeBytes: Math.round((number('access_estsize', 0, 2 ** 42) ?? 0) * 1000),
    rights,
    modifiedMs: dateOf(text('obs_creation_date')) ?? target.modifiedMs,
    planes: [],
  }
  const stated = known(product)
  return { ...stated, generation: generationOf({ ...stated, modifiedMs: dateOf(text('obs_creation_date')) ?? 0 }, []) }
}

/**
 * What of an identifier is the dataset's own: behind the `?` of a publisher's (of Rubin's `repo=…&id=…` the id), else the
 * end of its path. Where letters are lost that told two apart, a digest of the whole keeps them apart.
 */
export function productIdOf(did: string): string {
  const own = parsePublisherDid(did)?.productId
  if (own !== undefined) return own
  const query = did.includes('?') ? did.slice(did.indexOf('?') + 1) : did.replace(/^\w+:\/+[^/]*\//, '')
  const id = /(?:^|&)id=([^&]+)/.exec(query)?.[1] ?? query
  const clean = cleanProductId(id)
  if (clean === id) return clean
  return `${clean.slice(0, 150)}-${createHash('sha256').update(did).digest('hex').slice(0, 8)}`
}

type NumberOf = (name: string, min?: number, max?: number) => number | undefined

/** s_region where it is a polygon or a circle; else s_ra, s_dec and s_fov. */
function placeOf(row: TableRow, number: NumberOf) {
  const raDeg = number('s_ra', -360, 720)
  const decDeg = number('s_dec', -90, 90)
  const fovDeg = number('s_fov', 0, 180)
  const region = textOf(row.get('s_region'), 's_region', MAX_REGION)
  const outline = (region === undefined ? undefined : outlineOf(region)) ?? circleOutline(raDeg, decDeg, fovDeg)
  if (!outline)
    throw refused('has no place on the sky: neither s_region as a polygon or circle, nor s_ra, s_dec and s_fov')
  const polygon = { kind: 'polygon', vertices: outline } as const
  try {
    checkRegion(polygon)
  } catch (error) {
    if (error instanceof SkyError) throw refused(`its s_region is no outline: ${error.message}`)
    throw error
  }
  const circle = bounds(polygon)
  return {
    raDeg: raDeg === undefined ? radToDeg(circle.lonRad) : ((raDeg % 360) + 360) % 360,
    decDeg: decDeg ?? radToDeg(circle.latRad),
    fovDeg: fovDeg ?? radToDeg(2 * circle.radiusRad),
    sRegion: sRegion(outline),
    footprint: outline,
  }
}

/** `POLYGON ICRS 1 2 3 4 5 6`, `CIRCLE 1 2 0.1`, `POLYGON J2000 …`, or DALI's bare numbers of a polygon. */
function outlineOf(text: string): LonLat[] | undefined {
  const match =
    /^\s*(?:(polygon|circle)\b\s*)?(?:(icrs|fk5|j2000|unknownframe)\b\s*)?(?:(?:barycenter|geocenter|topocenter|unknownrefpos)\b\s*)?([-+\d.eE\s]+)$/i.exec(
      text,
    )
  if (!match) return undefined
  const numbers = match[3].trim().split(/\s+/).map(Number)
  if (!numbers.every(Number.isFinite)) return undefined
  if (/^circle$/i.test(match[1] ?? ''))
    return numbers.length === 3 ? circleOutline(numbers[0], numbers[1], 2 * numbers[2]) : undefined
  if (numbers.length < 6 || numbers.length % 2 !== 0) return undefined
  const vertices: LonLat[] = []
  for (let i = 0; i < numbers.length; i += 2) {
    if (Math.abs(numbers[i + 1]) > 90) return undefined
    vertices.push({ lonRad: degToRad(numbers[i]), latRad: degToRad(numbers[i + 1]) })
  }
  // STC-S writers often repeat the first corner at the end.
  const [first, last] = [vertices[0], vertices[vertices.length - 1]]
  return vertices.length > 3 && first.lonRad === last.lonRad && first.latRad === last.latRad
    ? vertices.slice(0, -1)
    : vertices
}

function circleOutline(raDeg: number | undefined, decDeg: number | undefined, fovDeg: number | undefined) {
  if (raDeg === undefined || decDeg === undefined || !(fovDeg !== undefined && fovDeg > 0 && fovDeg < 170))
    return undefined
  const [lonRad, latRad] = [degToRad(raDeg), degToRad(decDeg)]
  // A little outside, so that the straight sides do not cut the circle.
  const radiusRad = degToRad(fovDeg / 2) / Math.cos(Math.PI / CORNERS)
  return Array.from({ length: CORNERS }, (_, i) => offset(lonRad, latRad, (-2 * Math.PI * i) / CORNERS, radiusRad))
}

function ordered<T>(
  low: string,
  min: number | undefined,
  high: string,
  max: number | undefined,
  pair: (min: number | undefined, max: number | undefined) => T,
): T {
  if (min !== undefined && max !== undefined && min > max) throw refused(`its ${low} is larger than its ${high}`)
  return pair(min, max)
}

function levelOf(value: number | undefined): number {
  if (value === undefined || value > 4) throw refused(`its calib_level is ${value ?? 'missing'}, expected 0 to 4`)
  return value
}

function textOf(cell: TableCell, name: string, max = MAX_TEXT): string | undefined {
  if (cell === undefined) return undefined
  const text = String(cell).trim()
  if (text.length > max) throw refused(`its ${name} is longer than ${max} characters`)
  return text === '' ? undefined : text
}

function numberOf(row: TableRow, name: string, { scales }: RowTarget, min: number, max: number): number | undefined {
  const cell = row.get(name)
  if (cell === undefined || cell === '' || (typeof cell === 'number' && Number.isNaN(cell))) return undefined
  const text = String(cell).trim()
  if (/^nan$|^$/i.test(text)) return undefined
  const value = Number(text) * (scales.get(name) ?? 1)
  if (!Number.isFinite(value)) throw refused(`its ${name} is ${JSON.stringify(text.slice(0, 40))}, expected a number`)
  if (value < min || value > max) throw refused(`its ${name} is ${value}, expected ${min} to ${max}`)
  return value
}

function wholeOf(value: number | undefined, name: string): number | undefined {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
    throw refused(`its ${name} is ${value}, expected a whole number`)
  return value
}

function dateOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

const refused = (reason: string) => new IngestError('refused', reason)
