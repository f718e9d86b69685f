// The policy: may this principal see this product now? Pure; the only place where it is decided.
// Reasons are whole sentences for the caller: they name the release or the date, never another user or a group.

import { ANONYMOUS, isAnonymous, type Principal } from './principal.ts'
import type { ProductRights } from './product-rights.ts'

export interface Allow {
  readonly outcome: 'allow'
  readonly reason: string
  /** True when everybody may see it: shared caches may keep and hand out the answer. */
  readonly public: boolean
  /** The permission ends here (token expiry), Unix ms: no answer may live longer. */
  readonly untilMs?: number
}

export interface Deny {
  readonly outcome: 'deny'
  /** 401: signing in may help; 403: it would not. */
  readonly status: 401 | 403
  readonly reason: string
  /** When the same request will be allowed, Unix ms, where that is known. */
  readonly fromMs?: number
  /** The token is good but lacks this scope (RFC 6750 `insufficient_scope`). */
  readonly missingScope?: string
}

export type Decision = Allow | Deny

/** The scope a token needs for images that are not public. */
export const READ_IMAGE = 'read:image'

export interface DecideOptions {
  /** The scope that non-public data asks for. Default `read:image`. */
  readonly scope?: string
}

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

export function decide(
  who: Principal,
  rights: ProductRights,
  nowMs: number,
  { scope = READ_IMAGE }: DecideOptions = {},
): Decision {
  const expired = who.expiresAtMs !== undefined && who.expiresAtMs <= nowMs
  const principal = expired ? ANONYMOUS : who
  const { access, embargoUntilMs, publicFromMs } = rights

  if (embargoUntilMs !== undefined && nowMs < embargoUntilMs) {
    const public_ = access === 'public' ? Math.max(embargoUntilMs, publicFromMs ?? 0) : undefined
    return { outcome: 'deny', status: 403, reason: `under embargo until ${iso(embargoUntilMs)}`, fromMs: public_ }
  }
  const released = publicFromMs === undefined ? access === 'public' : nowMs >= publicFromMs
  if (released) return { outcome: 'allow', reason: 'public', public: true }

  // A public product with a release date still ahead is proprietary until then.
  const permitted = access === 'level3' ? namedIn(principal, rights) : principal.dataRights.includes(rights.release)
  if (isAnonymous(principal)) {
    const reason = expired ? 'the token has expired' : `${whatItNeeds(rights)}: sign in`
    return { outcome: 'deny', status: 401, reason, fromMs: publicFromMs }
  }
  if (!permitted) return { outcome: 'deny', status: 403, reason: whatItNeeds(rights), fromMs: publicFromMs }
  if (!principal.scopes.includes(scope)) {
    const reason = `the token lacks the scope ${scope}`
    return { outcome: 'deny', status: 403, reason, fromMs: publicFromMs, missingScope: scope }
  }
  const reason = access === 'level3' ? 'named in its access list' : `data rights for ${rights.release}`
  return { outcome: 'allow', reason, public: false, untilMs: principal.expiresAtMs }
}

function namedIn(principal: Principal, { owner, users = [], groups = [] }: ProductRights): boolean {
  const { sub } = principal
  if (sub === undefined) return false
  return sub === owner || users.includes(sub) || principal.groups.some((group) => groups.includes(group))
}

const whatItNeeds = ({ access, release }: ProductRights) =>
  access === 'level3'
    ? 'this product is shared with named users and groups only'
    : `data rights for ${release} are needed`
