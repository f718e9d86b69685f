// Who asks. A bad token in a header was meant for this request and is an error; a bad cookie is as no cookie,
// for a browser sends it along with everything.

import { ANONYMOUS, credentialsIn, type Principal } from '#src/rights'
import type { Visit } from '../visit.ts'
import { OriginAway } from './forward.ts'

export interface Identity {
  readonly principal: Principal
  /** Set when the request must be refused for its token, whatever it asks for. */
  readonly problem?: string
  /** A token came that could not be checked, as the issuer's keys are out of reach. */
  readonly unchecked?: OriginAway
}

const STRANGER: Identity = { principal: ANONYMOUS }

/** Nothing came that could name anybody. */
export const isStranger = ({ principal, hasCookie, request }: Visit): boolean =>
  !principal && !hasCookie && !request.headers.has('authorization')

export async function identify(visit: Visit): Promise<Identity> {
  if (visit.principal) return { principal: visit.principal }
  const { headers } = visit.request
  if (isStranger(visit)) return STRANGER
  const credentials = credentialsIn((name) => headers.get(name))
  if (credentials === undefined) return STRANGER
  if (credentials === 'malformed') return { principal: ANONYMOUS, problem: 'the Authorization header holds no token' }
  try {
    const verified = await visit.edge.tokens.verify(credentials.token, visit)
    if (typeof verified === 'object') return { principal: verified }
    if (credentials.from === 'cookie') return STRANGER
    return {
      principal: ANONYMOUS,
      problem: `the token ${verified === 'expired' ? 'has expired' : 'is not valid here'}`,
    }
  } catch (error) {
    if (!(error instanceof OriginAway)) throw error
    return { principal: ANONYMOUS, unchecked: error }
  }
}
