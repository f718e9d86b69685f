// Collections of a repository: RUN (each dataset is in exactly one), TAGGED, CALIBRATION (with validity ranges) and
// CHAINED, which is an ordered list of others (daf_butler, CollectionType). A search takes the first dataset of a data
// id that it meets in that order.

import { IngestError } from '../errors.ts'
import { bigintOf, broken, identifier, type RegistryReader, textOf } from './registry.ts'

export type CollectionKind = 'run' | 'tagged' | 'chained' | 'calibration'
const KINDS: readonly CollectionKind[] = ['run', 'tagged', 'chained', 'calibration']

export interface ButlerCollection {
  /** As SQL: a number, or a quoted name in repositories whose collections are keyed by name. */
  readonly key: string
  readonly name: string
  readonly kind: CollectionKind
}

export interface Collections {
  /** Column that refers to a collection in other tables: `collection_id` or `collection_name`. */
  readonly column: string
  readonly runColumn: string
  /** Those with datasets of their own, in the order of the search; undefined: all RUN collections, each dataset once. */
  readonly search?: readonly ButlerCollection[]
  readonly calibrations: readonly ButlerCollection[]
  readonly byKey: ReadonlyMap<string, ButlerCollection>
}

const MAX_COLLECTIONS = 1_000_000
const MAX_SEARCHED = 10_000

export async function readCollections(registry: RegistryReader, wanted?: readonly string[]): Promise<Collections> {
  const columns = await registry.columns('collection')
  if (!columns) throw broken('it has no table of collections')
  const keyColumn = columns.has('collection_id') ? 'collection_id' : 'name'
  const keyOf = (value: unknown) =>
    keyColumn === 'collection_id'
      ? String(bigintOf(value as bigint) ?? 'NULL')
      : `'${String(value).replaceAll("'", "''")}'`
  const byKey = new Map<string, ButlerCollection>()
  const byName = new Map<string, ButlerCollection>()
  for await (const row of registry.rows(`SELECT ${identifier(keyColumn)} AS k, name, type FROM collection`)) {
    const [name, kind] = [textOf(row.name), KINDS[Number(row.type) - 1]]
    if (name === undefined || kind === undefined) continue
    if (byName.size >= MAX_COLLECTIONS) throw broken(`it has more than ${MAX_COLLECTIONS} collections`)
    const collection = { key: keyOf(row.k), name, kind }
    byKey.set(collection.key, collection)
    byName.set(name, collection)
  }
  const chains = await readChains(registry, keyOf)
  const all = [...byKey.values()]
  const shared = {
    column: keyColumn === 'collection_id' ? 'collection_id' : 'collection_name',
    runColumn: keyColumn === 'collection_id' ? 'run_id' : 'run_name',
    byKey,
  }
  if (!wanted || wanted.length === 0)
    return { ...shared, calibrations: all.filter(({ kind }) => kind === 'calibration') }
  const flat = new Map<string, ButlerCollection>()
  for (const name of wanted) {
    const start = byName.get(name)
    if (!start) throw new IngestError('bad-repository', `the repository has no collection ${JSON.stringify(name)}`)
    flatten(start, chains, byKey, flat, 0)
  }
  const leaves = [...flat.values()].filter(({ kind }) => kind !== 'chained')
  if (leaves.length > MAX_SEARCHED) throw broken(`the search goes through more than ${MAX_SEARCHED} collections`)
  return {
    ...shared,
    search: leaves.filter(({ kind }) => kind !== 'calibration'),
    calibrations: leaves.filter(({ kind }) => kind === 'calibration'),
  }
}

async function readChains(registry: RegistryReader, keyOf: (value: unknown) => string): Promise<Map<string, string[]>> {
  const chains = new Map<string, string[]>()
  if (!(await registry.columns('collection_chain'))) return chains
  for await (const { parent, child } of registry.rows(
    'SELECT parent, child FROM collection_chain ORDER BY parent, position',
  )) {
    const key = keyOf(parent)
    const children = chains.get(key)
    if (children) children.push(keyOf(child))
    else chains.set(key, [keyOf(child)])
  }
  return chains
}

/** Depth first, each collection where it is met first; a chain that holds itself ends there. */
function flatten(
  collection: ButlerCollection,
  chains: ReadonlyMap<string, readonly string[]>,
  byKey: ReadonlyMap<string, ButlerCollection>,
  flat: Map<string, ButlerCollection>,
  depth: number,
): void {
  if (flat.has(collection.key) || depth > 100) return
  flat.set(collection.key, collection)
  for (const key of chains.get(collection.key) ?? []) {
    const child = byKey.get(key)
    if (child) flatten(child, chains, byKey, flat, depth + 1)
  }
}
