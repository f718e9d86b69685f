// RESPONSEFORMAT (DALI 1.2 §4.4.3): a media type or its short name. A media type asked for by name is the one that
// comes back; parameters after a semicolon are compared without blanks and case.

import { quoted, usageError } from './fault.ts'
import type { Literal } from './literal.ts'

export interface Format {
  /** Sent as Content-Type. */
  readonly mediaType: string
  /** Short names, lower case. */
  readonly short: readonly string[]
}

export function responseFormat<F extends Format>(formats: readonly F[]): Literal<F> {
  const spelling = (text: string) =>
    text
      .toLowerCase()
      .replace(/\s*;\s*/g, ';')
      .trim()
  return {
    datatype: 'char',
    arraysize: '*',
    parse(text, name) {
      const wanted = spelling(text)
      const found = formats.find(({ mediaType, short }) => spelling(mediaType) === wanted || short.includes(wanted))
      if (found) return found
      const known = formats.flatMap(({ mediaType, short }) => [mediaType, ...short]).join(', ')
      throw usageError(`${name} ${quoted(text)} is not offered; there are ${known}`, name)
    },
    format: ({ mediaType }) => mediaType,
  }
}
