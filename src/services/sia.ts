// SIA 2.0: what the image search accepts (SIA 2.0 §2.1), with RELEASEDATE of its next version. One definition for parsing,
// the query, its self-description, capabilities and OpenAPI; no handlers. Values of one parameter are alternatives, parameters
// are conditions that all hold. Positions may also be uploaded: the rows of the table are more values of POS.

import {
  choice,
  type Interval,
  integer,
  intervalOrNumber,
  type Literal,
  type MaxrecLimits,
  maxrec,
  type Pairs,
  param,
  parseRequest,
  pos,
  quoted,
  RUNID,
  responseFormatParam,
  rowsOf,
  service,
  string,
  timestamp,
  type Upload,
  uploadParam,
  uploadsOf,
  usageError,
  type ValuesOf,
} from '#src/dali'
import { TAP_FORMATS, type TapFormat } from './tap.ts'

export const SIA_STANDARD = 'ivo://ivoa.net/std/SIA'
export const SIA_QUERY = `${SIA_STANDARD}#query-2.0`

export const SIA_ROWS: MaxrecLimits = { default: 10_000, max: 1_000_000 }

/** Of uploaded tables: each row is a region of the query. */
export const SIA_UPLOAD = { rows: 1000, bytes: 4 << 20, tables: 4 } as const

const many = { repeats: true }
const text = (name: string, ucd: string, column: string, options: readonly string[] = []) =>
  param(name, string(), {
    ...many,
    ucd,
    options: options.length > 0 ? options : undefined,
    description: `Images with this ${column}, letter by letter.`,
  })

const range = (name: string, unit: string | undefined, ucd: string, description: string, examples: string[]) =>
  param(name, intervalOrNumber, { ...many, unit, ucd, description, examples })

/** ObsCore 1.1 §B.6.6.1. */
const STATES = 'I Q U V RR LL RL LR XX YY XY YX POLI POLA'.split(' ')

/** ISO times, `-Inf` and `+Inf` for open ends; one time is that instant. Unix ms. */
const timeInterval: Literal<Interval> = {
  datatype: 'char',
  arraysize: '*',
  parse(given, name) {
    const words = given.trim().split(/\s+/)
    const open = (word: string) =>
      word === '-Inf' ? -Infinity : word === '+Inf' || word === 'Inf' ? Infinity : undefined
    const ends = words.map((word) => (words.length === 2 ? open(word) : undefined) ?? timestamp.parse(word, name))
    if (ends.length > 2 || ends[0] > (ends[1] ?? ends[0]) || ends[0] === Infinity || ends[1] === -Infinity)
      throw usageError(`${name} needs one time or two, the earlier first, got ${quoted(given)}`, name)
    return [ends[0], ends[1] ?? ends[0]]
  },
  format: (ends) =>
    ends.map((end) => (Number.isFinite(end) ? timestamp.format(end) : end < 0 ? '-Inf' : '+Inf')).join(' '),
}

export const sia = service({
  standardId: SIA_QUERY,
  params: {
    POS: param('POS', pos, {
      ...many,
      ucd: 'pos.outline;obs',
      examples: ['CIRCLE 12 34 0.5', 'RANGE 12 14 34 36', 'POLYGON 12 34 14 34 14 36 12 36'],
      description:
        'Images whose outline shares a point with this region, ICRS degrees: CIRCLE lon lat radius, RANGE lon1 lon2 lat1 lat2, or POLYGON lon lat …',
    }),
    BAND: range('BAND', 'm', 'em.wl', 'Images whose passband meets this interval of wavelengths, or holds this one.', [
      '500e-9 550e-9',
      '6e-7',
    ]),
    TIME: range(
      'TIME',
      'd',
      'time.interval;obs.exposure',
      'Images whose time of exposure meets this interval, MJD (UTC).',
      ['61000 61001.5'],
    ),
    POL: param('POL', choice(STATES), {
      ...many,
      ucd: 'meta.code;phys.polarization',
      examples: ['I'],
      description: 'Images of this polarization state.',
    }),
    FOV: range('FOV', 'deg', 'phys.angSize;instr.fov', 'Images with a field of view (s_fov) in this interval.', [
      '-Inf 1',
    ]),
    SPATRES: range('SPATRES', 'arcsec', 'pos.angResolution', 'Images with a spatial resolution in this interval.', [
      '-Inf 0.8',
    ]),
    SPECRP: range('SPECRP', undefined, 'spect.resolution', 'Images with a spectral resolving power in this interval.', [
      '1 +Inf',
    ]),
    EXPTIME: range('EXPTIME', 's', 'time.duration;obs.exposure', 'Images with an exposure time in this interval.', [
      '10 60',
    ]),
    TIMERES: range('TIMERES', 's', 'time.resolution', 'Images with a resolution in time in this interval.', [
      '-Inf 60',
    ]),
    ID: param('ID', string(), {
      ...many,
      ucd: 'meta.ref.ivoid',
      description: 'The image with this publisher DID (obs_publisher_did), in any case of its letters.',
    }),
    COLLECTION: text('COLLECTION', 'meta.id', 'obs_collection'),
    FACILITY: text('FACILITY', 'meta.id;instr.tel', 'facility_name'),
    INSTRUMENT: text('INSTRUMENT', 'meta.id;instr', 'instrument_name'),
    DPTYPE: text('DPTYPE', 'meta.code.class', 'dataproduct_type', ['image', 'cube']),
    CALIB: param('CALIB', integer({ min: 0, max: 4 }), {
      ...many,
      ucd: 'meta.code;obs.calib',
      examples: ['2'],
      description: 'Images of this calibration level: 0 and 1 raw, 2 calibrated, 3 made from several, 4 analysed.',
    }),
    TARGET: text('TARGET', 'meta.id;src', 'target_name'),
    FORMAT: text('FORMAT', 'meta.code.mime', 'access_format', ['application/x-votable+xml;content=datalink']),
    RELEASEDATE: param('RELEASEDATE', timeInterval, {
      ...many,
      ucd: 'time.release',
      examples: ['2027-01-01 +Inf'],
      description: 'Images that became or become public in this interval of times, UTC.',
    }),
    MAXREC: maxrec(SIA_ROWS),
    RESPONSEFORMAT: responseFormatParam(TAP_FORMATS, 'The format of the table, as a media type or its short name.'),
    UPLOAD: uploadParam(),
    RUNID,
  },
  maxPairs: 2048,
})

export interface SiaRequest {
  readonly values: ValuesOf<typeof sia>
  /** Rows at most; never beyond SIA_ROWS.max. */
  readonly maxrec: number
  readonly format: TapFormat
  readonly uploads: readonly Upload[]
  readonly runId?: string
}

/** Throws DaliError. */
export function parseSia(pairs: Pairs): SiaRequest {
  const values = parseRequest(sia, pairs)
  return {
    values,
    maxrec: rowsOf(values.MAXREC, SIA_ROWS),
    format: values.RESPONSEFORMAT[0] ?? TAP_FORMATS[0],
    uploads: uploadsOf(values.UPLOAD),
    runId: values.RUNID[0],
  }
}
