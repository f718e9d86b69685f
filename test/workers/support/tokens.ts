// Tokens as the embedded issuer writes them, from a key pair made for the test.

import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { World } from './world.ts'

export interface TestIssuer {
  readonly jwks: string
  token(world: World, claims?: JWTPayload & { ttlS?: number }, header?: Record<string, unknown>): Promise<string>
}

export async function testIssuer(alg: 'ES256' | 'EdDSA' = 'ES256', kid = 'k1'): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  return {
    jwks: JSON.stringify({ keys: [jwk] }),
    token: (world, { ttlS = 3600, ...claims } = {}, header = {}) => {
      const nowS = Math.floor(world.nowMs / 1000)
      const payload = { scope: 'read:image', data_rights: 'dr1', sub: 'ada', iss: ISSUER, aud: 'skyedge', ...claims }
      return new SignJWT({ ...payload, iat: nowS, exp: claims.exp ?? nowS + ttlS })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey)
    },
  }
}

const ISSUER = 'https://skyedge.example'
