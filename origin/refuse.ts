// Refusals in the words of the service that was asked: SODA speaks text/plain with the strings of its standard, TAP, SIA and
// DataLink VOTable with QUERY_STATUS=ERROR (or plain text where text was asked for), everything else problem+json. 401 always carries challenges for bearer tokens and for Basic (STILTS, TOPCAT).

import type { Context } from 'hono'
import { asDaliError, DaliError, FAULTS, type FaultCode, type FaultStyle, faultDocument } from '#src/dali'
import { challenges, type Deny } from '#src/rights'
import { problem } from './problem.ts'

type Challenge = Parameters<typeof challenges>[0]

const STYLES: Readonly<Record<string, FaultStyle>> = {
  soda: 'soda',
  tap: 'votable',
  sia: 'votable',
  datalink: 'votable',
}

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
  const fault = asDaliError(error)
  const { status } = FAULTS[fault.code]
  for (const name of OF_THE_ENTITY) c.header(name, undefined)
  if (status === 401 || challenge.error) {
    // Two headers, not one with a comma: clients split that in different ways.
    for (const value of challenges(challenge)) c.header('WWW-Authenticate', value, { append: true })
  }
  // What is left of the body is not read: the connection ends with it, and the client is told not to use it again.
  if (status === 413) c.header('Connection', 'close')
  if (fault.retryAfterS !== undefined) c.header('Retry-After', String(fault.retryAfterS))
  const style: FaultStyle | undefined = c.var.faultStyle ?? STYLES[c.req.path.split('/')[1]]
  if (!style) return problem(c, status as 400, fault.message)
  const { contentType, body } = faultDocument(fault, style)
  c.header('Cache-Control', 'no-store')
  c.header('Content-Type', contentType)
  return c.body(body, status as 400)
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
