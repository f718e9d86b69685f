// Refusals in the words of the service that was asked: SODA speaks text/plain with the strings of its standard,
// everything else problem+json. 401 always carries challenges for bearer tokens and for Basic (STILTS, TOPCAT).

import type { Context } from 'hono'
import { DaliError, FAULTS, type FaultCode, sodaFault } from '#src/dali'
import { challenges, type Deny } from '#src/rights'
import { problem } from './problem.ts'

type Challenge = Parameters<typeof challenges>[0]

const isDali = (path: string) => path.startsWith('/soda/')

/** What an answer that broke before its first byte had already said of itself. */
const OF_THE_ENTITY = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Last-Modified',
]

/** An error document for any fault; what is no DaliError becomes `internal error`. */
export function refuse(c: Context, error: unknown, challenge: Challenge = {}): Response {
  const fault = error instanceof DaliError ? error : new DaliError('internal', 'internal error')
  const { status } = FAULTS[fault.code]
  for (const name of OF_THE_ENTITY) c.header(name, undefined)
  if (status === 401 || challenge.error) {
    // Two headers, not one with a comma: clients split that in different ways.
    for (const value of challenges(challenge)) c.header('WWW-Authenticate', value, { append: true })
  }
  if (fault.retryAfterS !== undefined) c.header('Retry-After', String(fault.retryAfterS))
  if (!isDali(c.req.path)) return problem(c, status as 400, fault.message)
  c.header('Cache-Control', 'no-store')
  c.header('Content-Type', 'text/plain; charset=utf-8')
  return c.body(sodaFault(fault).body, status as 400)
}

/** A decision against the caller, with the day it will be another one where that is known. */
export function refuseDecision(c: Context, { status, reason, fromMs, missingScope }: Deny): Response {
  const code: FaultCode = status === 401 ? 'authentication' : 'authorization'
  const from =
    fromMs === undefined ? '' : `; open to all from ${new Date(fromMs).toISOString().replace(/\.\d+Z$/, 'Z')}`
  const challenge: Challenge = missingScope ? { error: 'insufficient_scope', scope: missingScope } : {}
  c.header('Vary', 'Authorization', { append: true })
  c.header('Vary', 'Cookie', { append: true })
  return refuse(c, new DaliError(code, reason + from), challenge)
}
