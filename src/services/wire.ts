// The wire between edge and origin: what they say to each other beside HTTP's own words. The origin believes any of it
// only next to the right secret.

import { type Principal, principalFromJson } from '#src/rights'

/** Edge to origin: the shared secret. */
export const EDGE_HEADER = 'x-skyedge-edge'
/** Edge to origin: whom it identified, by `spokenPrincipal`; absent for an anonymous caller. */
export const PRINCIPAL_HEADER = 'x-skyedge-principal'
/** Edge to origin: the address under which its clients know it. */
export const BASE_HEADER = 'x-skyedge-base'
/** Origin to edge: of which generation the bytes are. */
export const GENERATION_HEADER = 'x-skyedge-generation'

/** What only edges may ask: the manifest of the maps; rights and generation of the product `?id=`. */
export const MAPS_PATH = '/internal/maps'
export const PRODUCT_PATH = '/internal/product'

/** At the edge, for who knows the secret: POST `{"paths": […]}` fills its tiers; `"look": true` only looks. */
export const WARM_PATH = '/edge/warm'
/** Most paths of one such request: each is a handful of subrequests, of which a Worker has 1000. */
export const WARM_BATCH = 100

export interface WarmAnswer {
  readonly region: string
  /** What is `missing` was put on the queue, and will be filled. */
  readonly queued: boolean
  /** In the order of the paths. */
  readonly outcomes: readonly ('filled' | 'there' | 'absent' | 'missing' | 'failed')[]
}

/** base64url of the JSON, UTF-8 first: a user's name may hold any letter. */
export function spokenPrincipal(principal: Principal): string {
  const bytes = new TextEncoder().encode(JSON.stringify(principal))
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** The reverse; undefined for what is no principal. */
export function heardPrincipal(text: string): Principal | undefined {
  try {
    const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return principalFromJson(new TextDecoder().decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0))))
  } catch {
    return undefined
  }
}
