// Which edges this node has: those that the operator names, or those that `npm start` starts on this machine.

import type { Config, EdgeUrl } from '../config.ts'

export type EdgeSettings = Pick<Config, 'edgeUrls' | 'edges' | 'edgePort' | 'host'>

/** What `npm start` calls the edge n (from 0). */
export const regionName = (n: number): string => `region-${n + 1}`

export function edgesOf({ edgeUrls, edges, edgePort, host }: EdgeSettings): readonly EdgeUrl[] {
  if (edgeUrls) return edgeUrls
  // Any free port is known to nobody else.
  if (edgePort === 0) return []
  // An edge that listens everywhere is asked here.
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const address = near.includes(':') ? `[${near}]` : near
  return Array.from({ length: edges }, (_, n) => ({ region: regionName(n), url: `http://${address}:${edgePort + n}` }))
}

/** By name or by address; an address that is not known stands for itself. Undefined: the word is neither. */
export function edgeNamed(edges: readonly EdgeUrl[], word: string): EdgeUrl | undefined {
  const known = edges.find(({ region, url }) => region === word || url === word.replace(/\/+$/, ''))
  if (known) return known
  const parsed = URL.canParse(word) ? new URL(word) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username) return undefined
  return { region: parsed.host, url: parsed.origin }
}
