// SODA 1.0: what the cutout service accepts. One definition for parsing, cache keys and descriptions; no handlers.
// A sync request has one product and at most one region (SODA 1.0 §3.1 lets a service say so); without a region the
// whole product is meant. Images have no axis for BAND, TIME or POL to cut, so those are refused, not ignored.

import {
  canonicalQuery,
  circle,
  DaliError,
  type Format,
  formatShape,
  type Pairs,
  param,
  parseRequest,
  polygon,
  pos,
  responseFormat,
  type Shape,
  service,
  string,
} from '#src/dali'

export const SODA_SYNC = 'ivo://ivoa.net/std/SODA#sync-1.0'

export interface CutoutFormat extends Format {
  readonly kind: 'fits' | 'png'
}

/** The first is what comes when nothing is asked for. */
export const CUTOUT_FORMATS: readonly CutoutFormat[] = [
  { kind: 'fits', mediaType: 'application/fits', short: ['fits'] },
  { kind: 'fits', mediaType: 'image/fits', short: [] },
  { kind: 'png', mediaType: 'image/png', short: ['png'] },
]

export const ID = param('ID', string(), {
  ucd: 'meta.ref.url;meta.curation',
  required: true,
  description: 'Publisher DID of the product, as obs_publisher_did gives it.',
})
export const POS = param('POS', pos, {
  ucd: 'pos.outline;obs',
  description:
    'Region to cut out, ICRS degrees: CIRCLE lon lat radius, RANGE lon1 lon2 lat1 lat2, or POLYGON lon lat …',
})
export const CIRCLE = param('CIRCLE', circle, {
  unit: 'deg',
  ucd: 'pos.outline;obs',
  description: 'Circle to cut out: longitude, latitude, radius; ICRS.',
})
export const POLYGON = param('POLYGON', polygon, {
  unit: 'deg',
  ucd: 'pos.outline;obs',
  description: 'Polygon to cut out: longitude and latitude of three or more vertices; ICRS.',
})
export const RESPONSEFORMAT = param('RESPONSEFORMAT', responseFormat(CUTOUT_FORMATS), {
  ucd: 'meta.code.mime',
  options: CUTOUT_FORMATS.map(({ mediaType }) => mediaType),
  description: 'What to send: FITS with every plane of the product (default), or a PNG preview of the image.',
})
export const RUNID = param('RUNID', string({ maxLength: 64 }), {
  passive: true,
  description: 'A label of the caller; it is written to the log.',
})

const NO_AXIS = 'the products here are images, with no such axis to cut'

export const soda = service({
  standardId: SODA_SYNC,
  params: { ID, POS, CIRCLE, POLYGON, RESPONSEFORMAT, RUNID },
  refused: {
    BAND: NO_AXIS,
    TIME: NO_AXIS,
    POL: NO_AXIS,
    MOC: 'give the region as CIRCLE, POLYGON or POS',
    UPLOAD: 'nothing can be uploaded here',
    MAXREC: 'a request gives one file',
  },
})

export interface SodaRequest {
  readonly id: string
  /** Absent: the whole product. */
  readonly region?: Shape
  readonly format: CutoutFormat
  readonly runId?: string
}

/** Throws DaliError: `sodaFault` makes the answer. */
export function parseSoda(pairs: Pairs): SodaRequest {
  const values = parseRequest(soda, pairs)
  const regions: Shape[] = [...values.POS, ...values.CIRCLE, ...values.POLYGON]
  // They are three spellings of one filter: two of them are two values for it.
  if (regions.length > 1)
    throw new DaliError('multi-valued', 'one region is taken, as POS, CIRCLE or POLYGON', { parameter: 'POS' })
  return {
    id: values.ID[0],
    region: regions[0],
    format: values.RESPONSEFORMAT[0] ?? CUTOUT_FORMATS[0],
    runId: values.RUNID[0],
  }
}

/**
 * One text for equal requests: the cache key's part that names the answer. `POS=CIRCLE …` and `CIRCLE=…` are equal,
 * a missing RESPONSEFORMAT is the default's media type, RUNID does not count. Fit to be sent to the origin as a query.
 */
export function sodaQuery({ id, region, format }: SodaRequest): string {
  const own = region?.kind === 'circle' ? 'CIRCLE' : region?.kind === 'polygon' ? 'POLYGON' : 'POS'
  const pairs: [string, string][] = [['ID', id]]
  if (region) pairs.push([own, own === 'POS' ? `RANGE ${formatShape(region)}` : formatShape(region)])
  pairs.push(['RESPONSEFORMAT', format.mediaType])
  return canonicalQuery(soda, parseRequest(soda, pairs))
}
