// TAP 1.1: what the query service accepts and within which limits. One definition for parsing, jobs and capabilities;
// no handlers. TAP 1.1 §2.7: "the service must ignore the spurious parameter", so such names are not refused here; the
// answer names them in an INFO, and nothing is ignored in silence.

import {
  type Format,
  integer,
  type Literal,
  type MaxrecLimits,
  type Pairs,
  param,
  parseRequest,
  quoted,
  RUNID,
  requestParam,
  responseFormatParam,
  rowsOf,
  service,
  type Upload,
  uploadParam,
  uploadsOf,
  usageError,
  versionParam,
} from '#src/dali'

export const TAP = 'ivo://ivoa.net/std/TAP'

/** How the query process writes a table. */
export type TapFormatKind = 'votable' | 'votable-binary2' | 'csv' | 'tsv' | 'json' | 'parquet' | 'fits'

export interface TapFormat extends Format {
  readonly kind: TapFormatKind
  /** Ending of a saved file's name. */
  readonly extension: string
  /** TAPRegExt's own identifier of the format, where it has one. */
  readonly ivoId?: string
}

const REGEXT = 'ivo://ivoa.net/std/TAPRegExt'

/** The first is what comes when nothing is asked for. */
export const TAP_FORMATS: readonly TapFormat[] = [
  { kind: 'votable', mediaType: 'application/x-votable+xml', short: ['votable'], extension: 'xml' },
  {
    kind: 'votable',
    mediaType: 'application/x-votable+xml;serialization=tabledata',
    short: ['votable/td'],
    extension: 'xml',
    ivoId: `${REGEXT}#output-votable-td`,
  },
  {
    kind: 'votable-binary2',
    mediaType: 'application/x-votable+xml;serialization=binary2',
    short: ['votable/b2'],
    extension: 'xml',
    ivoId: `${REGEXT}#output-votable-binary2`,
  },
  { kind: 'votable', mediaType: 'text/xml', short: [], extension: 'xml' },
  { kind: 'csv', mediaType: 'text/csv;header=present', short: ['csv', 'text/csv'], extension: 'csv' },
  { kind: 'tsv', mediaType: 'text/tab-separated-values', short: ['tsv'], extension: 'tsv' },
  { kind: 'json', mediaType: 'application/json', short: ['json'], extension: 'json' },
  {
    kind: 'parquet',
    mediaType: 'application/vnd.apache.parquet',
    short: ['parquet', 'application/x-parquet'],
    extension: 'parquet',
  },
  { kind: 'fits', mediaType: 'application/fits', short: ['fits'], extension: 'fits' },
]

export const TAP_ROWS: MaxrecLimits = { default: 100_000, max: 10_000_000 }

type Language = (typeof TAP_LANGUAGES)[number]

/** LANG's spellings (TAP 1.1 §2.7.1). */
export const TAP_LANGUAGES = ['ADQL', 'ADQL-2.0', 'ADQL-2.1'] as const

const LANG = param('LANG', languageOf(), {
  required: true,
  options: TAP_LANGUAGES,
  examples: ['ADQL'],
  description: 'Language of the query: ADQL, with or without a version.',
})

function languageOf(): Literal<Language> {
  return {
    datatype: 'char',
    arraysize: '*',
    parse(text: string, name: string) {
      const wanted = text.trim().toUpperCase()
      const found = TAP_LANGUAGES.find((language) => language === wanted)
      if (!found)
        throw usageError(`unknown query language ${quoted(text)}: ${name} is one of ${TAP_LANGUAGES.join(', ')}`, name)
      return found
    },
    format: (value) => value,
  }
}

const QUERY = param(
  'QUERY',
  { datatype: 'char', arraysize: '*', parse: (text: string) => text, format: (value: string) => value },
  { required: true, examples: ['SELECT TOP 10 * FROM ivoa.ObsCore'], description: 'The query.' },
)

const MAXREC = param('MAXREC', integer({ min: 0 }), {
  default: String(TAP_ROWS.default),
  examples: ['0', '10'],
  description: `Rows at most; 0 gives the description of the columns alone. Never more than ${TAP_ROWS.max}.`,
})

const RESPONSEFORMAT = responseFormatParam(TAP_FORMATS)
const FORMAT = { ...RESPONSEFORMAT, name: 'FORMAT', description: 'The name of RESPONSEFORMAT in TAP 1.0.' }

/** Of addresses, only those of this service's own results are read: see `ownResult`. */
const UPLOAD = {
  ...uploadParam({ schemes: ['param', 'http', 'https'] }),
  description:
    'A table to use in the query as TAP_UPLOAD.name: its name, a comma, and param: with the name of a file in the same form, or the address of a result of a job here.',
}

export const tap = service({
  standardId: TAP,
  params: {
    LANG,
    QUERY,
    RESPONSEFORMAT,
    FORMAT,
    MAXREC,
    UPLOAD,
    RUNID,
    REQUEST: requestParam('doQuery'),
    VERSION: versionParam('1.1', '1.0'),
  },
})

/** The id of the job whose result an UPLOAD names by its address; undefined for any other address. */
export function ownResult(uri: string, base: string): string | undefined {
  const own = `${base}/tap/async/`
  return uri.startsWith(own) ? /^([0-9a-f]{32})\/results\/result$/.exec(uri.slice(own.length))?.[1] : undefined
}

export interface TapRequest {
  readonly language: Language
  readonly query: string
  readonly format: TapFormat
  /** Rows at most; never beyond TAP_ROWS.max. */
  readonly maxrec: number
  readonly uploads: readonly Upload[]
  readonly runId?: string
  /** Names that mean nothing here. */
  readonly ignored: readonly string[]
}

const MAX_IGNORED = 64

/** Throws DaliError. */
export function parseTap(pairs: Pairs): TapRequest {
  const known: [string, string][] = []
  const ignored = new Set<string>()
  for (const [name, value] of pairs) {
    if (Object.hasOwn(tap.params, tapName(name))) known.push([name, value])
    else if (ignored.size < MAX_IGNORED) ignored.add(name)
  }
  const values = parseRequest(tap, known)
  const formats = [...values.RESPONSEFORMAT, ...values.FORMAT]
  if (formats.length > 1 && formats[0] !== formats[1])
    throw usageError('RESPONSEFORMAT and FORMAT ask for different formats; one of them is enough', 'FORMAT')
  return {
    language: values.LANG[0],
    query: values.QUERY[0],
    format: formats[0] ?? TAP_FORMATS[0],
    maxrec: rowsOf(values.MAXREC, TAP_ROWS),
    uploads: uploadsOf(values.UPLOAD),
    runId: values.RUNID[0],
    ignored: [...ignored],
  }
}

/** A parameter's name as the standard spells it. Of ASCII alone. */
export const tapName = (given: string): string => given.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
