// The origin's own door: who is calling? An edge that knows the shared secret speaks for a principal it has already
// identified; everybody else shows a token or is anonymous. Only this folder sees raw tokens.

import { createHash, timingSafeEqual } from 'node:crypto'
import { ANONYMOUS, credentialsIn, type Principal } from '#src/rights'
import { EDGE_HEADER, heardPrincipal, PRINCIPAL_HEADER } from '#src/services'
import type { Verify } from './token.ts'

export interface Caller {
  readonly principal: Principal
  /** `edge`: the secret was right, so this is one of our edges. */
  readonly from: 'edge' | 'direct'
}

/** `bad-token`: an Authorization that is not good; `bad-edge`: a wrong secret, or a principal that cannot be read. */
export type DoorAnswer = Caller | 'bad-token' | 'bad-edge'

type HeaderLookup = (name: string) => string | null | undefined

export function createDoor(
  edgeSecret: string,
  verify: Verify,
): (header: HeaderLookup, nowMs: number) => Promise<DoorAnswer> {
  const expected = digest(edgeSecret)
  return async (header, nowMs) => {
    const secret = header(EDGE_HEADER)
    if (secret) {
      if (!timingSafeEqual(digest(secret), expected)) return 'bad-edge'
      const spoken = header(PRINCIPAL_HEADER)
      if (!spoken) return { principal: ANONYMOUS, from: 'edge' }
      const principal = heardPrincipal(spoken)
      return principal ? { principal, from: 'edge' } : 'bad-edge'
    }
    const credentials = credentialsIn(header)
    if (credentials === undefined) return { principal: ANONYMOUS, from: 'direct' }
    if (credentials === 'malformed') return 'bad-token'
    const principal = await verify(credentials.token, nowMs)
    if (principal) return { principal, from: 'direct' }
    // A cookie goes along with every request of a browser: an old one must not close what is open to all.
    return credentials.from === 'cookie' ? { principal: ANONYMOUS, from: 'direct' } : 'bad-token'
  }
}

/** Of equal length whatever was sent, so that the comparison takes constant time. */
const digest = (text: string) => createHash('sha256').update(text).digest()
