// Reading numbers and strings of a header by WCS keyword: names with axis numbers and the letter of the alternate.

import { WcsError } from './errors.ts'
import type { KeywordLookup } from './wcs.ts'

export interface Keywords {
  /** '' for the primary description, else A to Z. */
  readonly alternate: string
  has(name: string): boolean
  /** A finite number, or undefined where the keyword is absent. The alternate's letter is added to the name. */
  number(name: string): number | undefined
  string(name: string): string | undefined
}

export function keywords(lookup: KeywordLookup, alternate: string): Keywords {
  const get = (name: string) => lookup(name + alternate)
  return {
    alternate,
    has: (name) => get(name) !== undefined,
    number(name) {
      const value = get(name)
      if (value === undefined || (typeof value === 'string' && value.trim() === '')) return undefined
      const number = typeof value === 'boolean' ? Number.NaN : Number(value)
      if (!Number.isFinite(number))
        throw new WcsError(
          'invalid',
          `${name}${alternate} must be a number, got ${JSON.stringify(String(value).slice(0, 40))}`,
        )
      return number
    },
    string(name) {
      const value = get(name)
      if (typeof value !== 'string') return undefined
      const text = value.trim()
      return text === '' ? undefined : text
    },
  }
}
