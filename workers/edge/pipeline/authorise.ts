// The refusal of a request, in the words of the service that was asked.

import { sodaFault, DaliError } from '#src/dali'
import type { Deny } from '#src/rights'
import { plainText, problem } from '../problem.ts'
import type { Visit } from '../visit.ts'
import type { Identity } from './identify.ts'
import type { Resource } from './serve.ts'

export function refuse(resource: Resource, decision: Deny, identity: Identity, visit: Visit): Response {
  const status = identity.problem === undefined ? decision.status : 401
  const reason = identity.problem ?? decision.reason
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    vary: 'Authorization, Cookie',
    'cache-status': 'isolate; fwd=bypass; detail=denied',
  }
  if (status === 401 || decision.missingScope)
    headers['www-authenticate'] = challenge(visit.request.headers, identity.problem, decision.missingScope)
  if (!resource.dali) return problem(visit, status, reason, headers)
  const code = status === 401 ? 'authentication' : 'authorization'
  return plainText(visit, status, sodaFault(new DaliError(code, reason)).body, headers)
}

/** RFC 6750 §3; Basic as well, but not to a page's script: a browser would open its own dialogue over the page. */
function challenge(headers: Headers, problem?: string, scope?: string): string {
  const bearer = ['Bearer realm="skyedge"']
  if (scope) bearer.push('error="insufficient_scope"', `scope="${scope}"`)
  else if (problem) bearer.push('error="invalid_token"', `error_description="${problem}"`)
  const script = headers.has('sec-fetch-mode') && headers.get('sec-fetch-mode') !== 'navigate'
  return script ? bearer.join(', ') : `${bearer.join(', ')}, Basic realm="skyedge", charset="UTF-8"`
}
