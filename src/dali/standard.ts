// The parameters that DALI itself defines (DALI 1.2 §4.4), for services to put into their tables.

import { choice, integer, string } from './literal.ts'
import { type Param, param } from './param.ts'
import { type Format, responseFormat } from './responseformat.ts'
import { type Upload, upload } from './upload.ts'

/** DALI 1.2 §4.4.6: at most 64 characters. */
export const RUNID: Param<string> = param('RUNID', string({ maxLength: 64 }), {
  passive: true,
  description: 'A label of the caller; it is written to the log.',
})

export interface MaxrecLimits {
  /** Rows when nothing is asked for. */
  readonly default: number
  /** Rows at most, whatever is asked for. */
  readonly max: number
}

/** DALI 1.2 §4.4.4: 0 asks for the description alone; more than `max` is taken and gives `max`, with an overflow. */
export const maxrec = (limits: MaxrecLimits): Param<number> =>
  param('MAXREC', integer({ min: 0 }), {
    default: String(limits.default),
    examples: ['0', '10'],
    description: `Rows at most; 0 gives the description alone. Without it ${limits.default}, never more than ${limits.max}.`,
  })

/** The rows that one request gets. */
export const rowsOf = (values: readonly number[], limits: MaxrecLimits): number =>
  Math.min(values[0] ?? limits.default, limits.max)

/** The first format is what comes when nothing is asked for. */
export const responseFormatParam = <F extends Format>(formats: readonly F[], description?: string): Param<F> =>
  param('RESPONSEFORMAT', responseFormat(formats), {
    ucd: 'meta.code.mime',
    options: [...new Set(formats.flatMap(({ mediaType, short }) => [mediaType, ...short]))],
    default: formats[0].mediaType,
    description: description ?? 'The format of the answer, as a media type or its short name.',
  })

export const uploadParam = (options: Parameters<typeof upload>[0] = {}): Param<readonly Upload[]> =>
  param('UPLOAD', upload(options), {
    repeats: true,
    examples: ['mine,param:file1'],
    description: 'A table to use in the query: its name, a comma, and param: with the name of a file in the same form.',
  })

/** A standard's version, where a client names one. Any other is refused. */
export const versionParam = (...versions: readonly string[]): Param<string> =>
  param('VERSION', choice(versions), { passive: true, description: 'The version of the standard that is spoken.' })

export const requestParam = (...requests: readonly string[]): Param<string> =>
  param('REQUEST', choice(requests, { anyCase: true }), {
    passive: true,
    description: 'What to do; there is one thing only.',
  })
