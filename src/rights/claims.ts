// JWT payload -> Principal. The signature, issuer, audience and times were checked by whoever holds the token;
// here only the claims are read, strictly: a claim of the wrong type grants nothing.

import type { Principal } from './principal.ts'

const UTF8 = new TextEncoder()
const MAX_LENGTH = 256
/** Bytes of one list: the edge hands the principal on in a header, and a server takes 16 KiB of headers in all. */
const MAX_LIST = 2500

/** The payload of a verified token. `undefined` when it names no user: then it grants nothing at all. */
export function principalOf(payload: Readonly<Record<string, unknown>>): Principal | undefined {
  const { sub, scope, groups, data_rights: dataRights, exp } = payload
  if (typeof sub !== 'string' || sub.length === 0 || sub.length > MAX_LENGTH) return undefined
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return undefined
  return {
    sub,
    scopes: words(scope),
    groups: names(groups),
    dataRights: words(dataRights),
    expiresAtMs: exp * 1000,
  }
}

/** A Principal as another room sent it in JSON (the edge to the origin); `undefined` when its shape is wrong. */
export function principalFromJson(text: string): Principal | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { sub, scopes, groups, dataRights, expiresAtMs } = value as Record<string, unknown>
  if (sub !== undefined && (typeof sub !== 'string' || sub.length === 0 || sub.length > MAX_LENGTH)) return undefined
  if (expiresAtMs !== undefined && typeof expiresAtMs !== 'number') return undefined
  return { sub, scopes: names(scopes), groups: names(groups), dataRights: names(dataRights), expiresAtMs }
}

const fits = (word: string) => word.length > 0 && word.length <= MAX_LENGTH

/** Space-separated words; a list of strings is taken as well. */
const words = (claim: unknown): string[] =>
  typeof claim === 'string' ? bounded(claim.split(' ').filter(fits)) : names(claim)

const names = (claim: unknown): string[] =>
  Array.isArray(claim) ? bounded(claim.filter((name) => typeof name === 'string' && fits(name))) : []

/** The first ones that fit; those left out grant nothing. */
function bounded(list: readonly string[]): string[] {
  let length = 0
  return list.filter((name) => (length += UTF8.encode(name).length + 3) <= MAX_LIST)
}
