// The refusal of a request, in the words of the service that was asked.

import { BY_CALLER } from '#src/caching'
import { DaliError, sodaFault } from '#src/dali'
import { challenges, type Deny } from '#src/rights'
import { plainText, problem } from '../problem.ts'
import type { Visit } from '../visit.ts'

export interface RefuseOptions {
  /** In DALI's text, not as a problem document. */
  readonly dali?: boolean
}

export const badToken = (reason: string, visit: Visit, options: RefuseOptions): Response =>
  refusal(401, reason, challenges({ error: 'invalid_token' }), visit, options)

export function refuse(decision: Deny, visit: Visit, options: RefuseOptions): Response {
  const { status, reason, missingScope } = decision
  const challenge = missingScope
    ? challenges({ error: 'insufficient_scope', scope: missingScope }).slice(0, 1)
    : status === 401
      ? challenges()
      : []
  return refusal(status, reason, challenge, visit, options)
}

function refusal(status: 401 | 403, reason: string, challenge: string[], visit: Visit, { dali }: RefuseOptions) {
  const headers: Record<string, string> = {
    vary: BY_CALLER.join(', '),
    'cache-status': 'isolate; fwd=bypass; detail=denied',
  }
  if (challenge.length > 0) headers['www-authenticate'] = forClient(challenge, visit.request.headers).join(', ')
  if (!dali) return problem(visit, status, reason, headers)
  const code = status === 401 ? 'authentication' : 'authorization'
  return plainText(visit, status, sodaFault(new DaliError(code, reason)).body, headers)
}

/** No Basic for a page's script: the browser would open its own dialogue over the page. */
function forClient(challenge: string[], headers: Headers): string[] {
  const mode = headers.get('sec-fetch-mode')
  return mode !== null && mode !== 'navigate' ? challenge.slice(0, 1) : challenge
}
