// Cache keys. They name bytes (a generation and an address) and never a person: rights are decided before the lookup.
// A new generation of a map or product changes the key, so nothing stale has to be found and deleted.

const BASE = 'https://cache.skyedge'

const segments = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** `map` as `demo/dr1/r`, `path` below the map's root, e.g. `Norder3/Dir0/Npix12.png`. */
export const tileKey = (generation: string, map: string, path: string): string =>
  `${BASE}/${encodeURIComponent(generation)}/${segments(map)}/${segments(path)}`

/** `canonicalQuery` as `src/services` writes it. */
export const cutoutKey = (generation: string, canonicalQuery: string): string =>
  `${BASE}/soda/${encodeURIComponent(generation)}/${encodeURIComponent(canonicalQuery)}`

/** Which of `count` equal parts a key belongs to, [0, count): FNV-1a. */
export function cacheShard(key: string, count: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % count
}
