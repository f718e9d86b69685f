// The issuer's public keys, from the origin, kept for minutes; an unknown key id asks again, but not more often than
// every ten seconds, so that forged tokens cannot make the edge hammer the origin.

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { sinceMs } from '#src/caching'
import type { Known } from '../knowledge/known.ts'
import type { Visit } from '../visit.ts'

const AGAIN_MS = 10_000

export class Jwks {
  readonly #known: Known<JSONWebKeySet>
  #current?: { readonly from: JSONWebKeySet; readonly get: JWTVerifyGetKey }
  #askedAgainMs = Number.NEGATIVE_INFINITY

  constructor(known: Known<JSONWebKeySet>) {
    this.#known = known
  }

  /** A key finder for jose, good for this visit. */
  keys(visit: Visit): JWTVerifyGetKey {
    return async (header, token) => {
      try {
        return await this.#set(await this.#known.get('', visit))(header, token)
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || sinceMs(this.#askedAgainMs, visit.nowMs) < AGAIN_MS)
          throw error
        this.#askedAgainMs = visit.nowMs
        return await this.#set(await this.#known.reload('', visit))(header, token)
      }
    }
  }

  #set(keys: JSONWebKeySet): JWTVerifyGetKey {
    if (this.#current?.from !== keys) this.#current = { from: keys, get: createLocalJWKSet(keys) }
    return this.#current.get
  }
}

export function parseJwks(value: unknown): JSONWebKeySet {
  const keys = (value as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys) || keys.length > 100) throw new TypeError('the key set has no list of at most 100 keys')
  // Symmetric keys have no place in a published set, whoever put them there.
  return { keys: keys.filter((key) => typeof key === 'object' && key !== null && key.kty !== 'oct') }
}
