// From name=value pairs (a query string, a form) to a service's values (DALI 1.2 §4.1, §4.2).
// Names are case-insensitive, values are not. Every pair is applied or refused; none is dropped in silence.

import { DaliError, quoted, usageError } from './fault.ts'
import type { Service, ValuesOf } from './param.ts'

export type Pairs = Iterable<readonly [string, string]>

/** Bytes of a POSTed form, at the edge and the origin alike: a polygon of 500 vertices fits twice. */
export const MAX_FORM_BYTES = 64 * 1024

/** More pairs than any request of ours has. */
const MAX_PAIRS = 256

export function parseRequest<S extends Service>(service: S, pairs: Pairs): ValuesOf<S> {
  const values: Record<string, unknown[]> = {}
  for (const name of Object.keys(service.params)) values[name] = []
  const { maxPairs = MAX_PAIRS } = service
  let count = 0
  for (const [given, text] of pairs) {
    if (++count > maxPairs) throw usageError(`more than ${maxPairs} parameters`)
    const name = upperCase(given)
    const param = Object.hasOwn(service.params, name) ? service.params[name] : undefined
    if (!param) throw refusal(service, given)
    if (text.trim() === '') throw usageError(`${name} has no value`, name)
    if (values[name].length > 0 && !param.repeats)
      throw new DaliError('multi-valued', `${name} takes one value`, { parameter: name })
    values[name].push(param.literal.parse(text, name))
  }
  for (const [name, param] of Object.entries<{ required: boolean }>(service.params))
    if (param.required && values[name].length === 0) throw usageError(`${name} is missing`, name)
  return values as ValuesOf<S>
}

/** Of ASCII alone: Unicode's upper case would read `cırcle` as CIRCLE. */
const upperCase = (name: string) => name.replace(/[a-z]+/g, (letters) => letters.toUpperCase())

function refusal(service: Service, given: string): DaliError {
  const name = upperCase(given)
  if (Object.hasOwn(service.refused, name)) return usageError(`${name} cannot be used: ${service.refused[name]}`, name)
  const known = Object.keys(service.params).join(', ')
  return usageError(`${quoted(given)} is no parameter of this service, which knows ${known}`)
}

/**
 * The pairs of a query string or an `application/x-www-form-urlencoded` body.
 * A broken percent escape reads as U+FFFD and fails in its literal.
 */
export const pairsOf = (...encoded: readonly string[]): [string, string][] =>
  encoded.flatMap((text) => [...new URLSearchParams(text)])
