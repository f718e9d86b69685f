// The `Cache-Status` header (RFC 9211): one member per cache that was asked, the one nearest the origin first.

/** `store`: the object store that a map's packs lie in, which an edge may read beside the origin. */
export type CacheName = 'isolate' | 'colo' | 'region' | 'store' | 'origin'

export interface CacheStep {
  readonly cache: CacheName
  readonly hit?: boolean
  /** Why it went on to the next: `uri-miss`, `stale`, `bypass`, `miss`, `partial`, `request`, `method`, `vary-miss`. */
  readonly fwd?: 'uri-miss' | 'miss' | 'stale' | 'bypass' | 'partial' | 'request' | 'method' | 'vary-miss'
  readonly fwdStatus?: number
  /** Seconds the stored answer stays fresh; negative when it is stale. */
  readonly ttlS?: number
  readonly stored?: boolean
  /** Another request's answer was shared. */
  readonly collapsed?: boolean
  readonly detail?: string
}

export const cacheStatus = (steps: readonly CacheStep[]): string => steps.map(member).join(', ')

function member({ cache, hit, fwd, fwdStatus, ttlS, stored, collapsed, detail }: CacheStep): string {
  const parts: string[] = [cache]
  if (hit) parts.push('hit')
  if (fwd && !hit) parts.push(`fwd=${fwd}`)
  if (fwdStatus !== undefined) parts.push(`fwd-status=${fwdStatus}`)
  if (ttlS !== undefined) parts.push(`ttl=${Math.trunc(ttlS)}`)
  if (stored) parts.push('stored')
  if (collapsed) parts.push('collapsed')
  // A token where it is one, else a structured-field string (printable ASCII only).
  if (detail) parts.push(`detail=${/^[A-Za-z*][\w!#$%&'*+.^`|~:/-]*$/.test(detail) ? detail : quoted(detail)}`)
  return parts.join('; ')
}

const quoted = (text: string) => `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
