// What an operator's word names: a map, a collection, a product (its publisher DID or its id), or several of these;
// and the names near it where it names nothing.

import type { Catalog, PurgeTarget } from './store.ts'

export interface Named {
  readonly targets: readonly PurgeTarget[]
  /** Where there is no target: names that it may have been meant for, the nearest first. */
  readonly near: readonly string[]
}

const MOST_NEAR = 3

export async function targetsNamed(catalog: Catalog, name: string, authority: string): Promise<Named> {
  const [maps, parts] = await Promise.all([catalog.maps(), catalog.collections()])
  const collections = [...new Set(parts.map(({ collection }) => collection))]
  const targets: PurgeTarget[] = []
  if (maps.some(({ map }) => map === name)) targets.push({ kind: 'map', name })
  if (collections.includes(name)) targets.push({ kind: 'collection', name })
  const releases = new Set(parts.map(({ release }) => release))
  const dids = name.startsWith('ivo://')
    ? [name]
    : [...releases].map((release) => `ivo://${authority}/${release}?${name}`)
  for (const did of dids) if (await catalog.product(did)) targets.push({ kind: 'product', name: did })
  const known = [...maps.map(({ map }) => map), ...collections]
  return { targets, near: targets.length > 0 ? [] : nearest(name, known) }
}

/** Those that begin with it or end in it, then those a few slips away. */
export function nearest(word: string, known: readonly string[]): string[] {
  const score = (name: string): number => {
    const [a, b] = [word.toLowerCase(), name.toLowerCase()]
    return b.includes(a) || a.includes(b) ? 0 : distance(a, b)
  }
  const limit = Math.max(2, Math.floor(word.length / 3))
  return known
    .map((name) => ({ name, far: score(name) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_NEAR)
    .map(({ name }) => name)
}

/** Letters to add, drop or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}
