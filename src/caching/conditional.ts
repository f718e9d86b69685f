// Conditional requests, evaluated in the order of RFC 9110 §13.2.2. Pure: a request's headers against a validator.

import { etagsIn, parseHttpDate, weak } from './validator.ts'

/** A header by its lower-case name; absent as undefined or null (so `(n) => headers.get(n)` fits). */
export type HeaderLookup = (name: string) => string | null | undefined

export interface Validator {
  /** Strong, with its quotes. */
  readonly etag: string
  readonly lastModifiedMs?: number
}

export type Condition = 'proceed' | 'not-modified' | 'precondition-failed'

/** For GET and HEAD of something that exists. */
export function evaluate(header: HeaderLookup, { etag, lastModifiedMs }: Validator): Condition {
  const ifMatch = header('if-match')
  if (ifMatch) {
    if (ifMatch.trim() !== '*' && !etagsIn(ifMatch).includes(etag)) return 'precondition-failed'
  } else {
    const since = dateOf(header('if-unmodified-since'))
    if (since !== undefined && lastModifiedMs !== undefined && seconds(lastModifiedMs) > seconds(since))
      return 'precondition-failed'
  }
  const ifNoneMatch = header('if-none-match')
  if (ifNoneMatch) {
    // Weak comparison (§13.1.2): a proxy may have weakened our tag.
    const seen = ifNoneMatch.trim() === '*' || etagsIn(ifNoneMatch).some((tag) => weak(tag) === weak(etag))
    return seen ? 'not-modified' : 'proceed'
  }
  const since = dateOf(header('if-modified-since'))
  if (since !== undefined && lastModifiedMs !== undefined && seconds(lastModifiedMs) <= seconds(since))
    return 'not-modified'
  return 'proceed'
}

/** Whether a Range may be honoured (§13.1.5): no If-Range, or it names exactly what we hold. */
export function rangeApplies(header: HeaderLookup, { etag, lastModifiedMs }: Validator): boolean {
  const ifRange = header('if-range')?.trim()
  if (!ifRange) return true
  if (ifRange.startsWith('"')) return ifRange === etag
  const date = parseHttpDate(ifRange)
  return date !== undefined && lastModifiedMs !== undefined && seconds(date) === seconds(lastModifiedMs)
}

const seconds = (ms: number) => Math.floor(ms / 1000)
const dateOf = (text: string | null | undefined) => (text ? parseHttpDate(text) : undefined)
