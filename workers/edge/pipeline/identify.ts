// Who asks. A token that cannot be used makes its bearer a stranger, not an error: what is public stays public,
// and what is not is refused with the reason.

import { ANONYMOUS, type Principal } from '#src/rights'
import { credentialsOf } from '../identity/credentials.ts'
import type { Visit } from '../visit.ts'

export interface Identity {
  readonly principal: Principal
  /** Set when something was sent that is no valid token. */
  readonly problem?: string
}

const STRANGER: Identity = { principal: ANONYMOUS }

export async function identify(visit: Visit): Promise<Identity> {
  const credentials = credentialsOf(visit.request.headers)
  if (!credentials) return STRANGER
  if (credentials.token === undefined) return { principal: ANONYMOUS, problem: 'what was sent is no token' }
  const verified = await visit.edge.tokens.verify(credentials.token, visit)
  if (verified === 'expired') return { principal: ANONYMOUS, problem: 'the token has expired' }
  if (verified === 'invalid') return { principal: ANONYMOUS, problem: 'the token is not valid here' }
  return { principal: verified }
}
