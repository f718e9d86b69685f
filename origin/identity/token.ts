// Tokens of the embedded issuer: made here, and verified here for the origin's own door. The claims become a
// Principal by src/rights; nothing else of a token leaves this folder.

import { randomUUID } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose'
import { type Principal, principalOf, TOKEN_AUDIENCE, tokenIssuer } from '#src/rights'
import type { TokenKeys } from './keys.ts'

export interface TokenRequest {
  readonly user: string
  readonly scopes: readonly string[]
  readonly groups: readonly string[]
  readonly dataRights: readonly string[]
  /** Seconds of life. */
  readonly ttlS: number
}

export interface IssuedToken {
  readonly token: string
  readonly expiresAtMs: number
}

export async function issueToken(
  keys: TokenKeys,
  request: TokenRequest,
  { authority, nowMs }: { authority: string; nowMs: number },
): Promise<IssuedToken> {
  const { user, scopes, groups, dataRights, ttlS } = request
  const now = Math.floor(nowMs / 1000)
  const token = await new SignJWT({ scope: scopes.join(' '), groups, data_rights: dataRights.join(' ') })
    .setProtectedHeader({ alg: 'ES256', kid: keys.kid, typ: 'JWT' })
    .setIssuer(tokenIssuer(authority))
    .setAudience(TOKEN_AUDIENCE)
    .setSubject(user)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + ttlS)
    .sign(keys.privateKey)
  return { token, expiresAtMs: (now + ttlS) * 1000 }
}

export type Verify = (token: string, nowMs: number) => Promise<Principal | undefined>

/** `undefined` for every token that is not good now: wrong key, issuer, audience, algorithm, time or claims. */
export function createVerifier(keys: TokenKeys, { authority }: { authority: string }): Verify {
  const keySet = createLocalJWKSet({ keys: [...keys.jwks.keys] })
  return async (token, nowMs) => {
    try {
      const { payload } = await jwtVerify(token, keySet, {
        algorithms: ['ES256', 'EdDSA'],
        issuer: tokenIssuer(authority),
        audience: TOKEN_AUDIENCE,
        currentDate: new Date(nowMs),
        requiredClaims: ['sub', 'exp'],
      })
      return principalOf(payload)
    } catch {
      return undefined
    }
  }
}
