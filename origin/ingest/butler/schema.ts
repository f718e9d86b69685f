// What a registry says of itself: the managers that laid out its tables, the version of its dimension universe, and its
// dataset types. Layouts that this reader does not know are refused by name before anything is read.

import { broken, identifier, literal, numberOf, type RegistryReader, textOf } from './registry.ts'

export interface DatasetType {
  readonly id: number
  readonly name: string
  /** Table that says which datasets of it are in which collections, with their data ids. */
  readonly tags: string
  readonly calibrations?: string
  /** Columns of `tags` that are the data id. */
  readonly dimensions: readonly string[]
}

const MANAGERS = [
  ['dimensions', /StaticDimensionRecordStorageManager$/],
  ['datasets', /ByDimensionsDatasetRecordStorageManagerUUID$/],
  ['opaque', /ByNameOpaqueTableStorageManager$/],
  ['collections', /(SynthInt|Name)KeyCollectionManager$/],
  ['datastores', /MonolithicDatastoreRegistryBridgeManager$/],
] as const
/** Read without being asked for again: a view in the place of one could do anything. */
const NEEDED = ['collection', 'dataset', 'dataset_type', 'dataset_location']
/** Universes of the namespace daf_butler that were tried or read: their tables differ in columns that are looked for. */
export const NEWEST_UNIVERSE = 8
const MAX_TYPES = 100_000

export interface RegistrySchema {
  readonly universe: number
  readonly types: readonly DatasetType[]
}

export async function readSchema(registry: RegistryReader): Promise<RegistrySchema> {
  if (!(await registry.columns('butler_attributes')))
    throw broken('it has no table butler_attributes, which every Butler registry has')
  for (const table of NEEDED) if (!(await registry.columns(table))) throw broken(`it has no table ${table}`)
  const attributes = new Map<string, string>()
  const wanted = [...MANAGERS.map(([name]) => `config:registry.managers.${name}`), 'config:dimensions.json']
  for await (const row of registry.rows(
    `SELECT name, value FROM butler_attributes WHERE name IN (${wanted.map(literal).join(', ')})`,
  ))
    attributes.set(String(row.name), String(row.value))
  for (const [name, known] of MANAGERS) {
    const manager = attributes.get(`config:registry.managers.${name}`)
    if (manager !== undefined && !known.test(manager))
      throw broken(`its ${name} are kept by ${manager.slice(-80)}, which is not known here`)
  }
  return { universe: universeOf(attributes.get('config:dimensions.json')), types: await readTypes(registry) }
}

function universeOf(json: string | undefined): number {
  let universe: { version?: unknown; namespace?: unknown }
  try {
    universe = JSON.parse(json ?? '')
  } catch (error) {
    throw broken('its dimensions are not described in it', error)
  }
  if ((universe.namespace ?? 'daf_butler') !== 'daf_butler')
    throw broken(`its dimensions are of the namespace ${JSON.stringify(universe.namespace)}, expected daf_butler`)
  return Number(universe.version)
}

async function readTypes(registry: RegistryReader): Promise<DatasetType[]> {
  const types: DatasetType[] = []
  const seen = new Map<string, readonly string[] | undefined>()
  for await (const row of registry.rows('SELECT * FROM dataset_type ORDER BY id')) {
    const [id, name, tags] = [numberOf(row.id), textOf(row.name), textOf(row.tag_association_table)]
    if (id === undefined || name === undefined || tags === undefined) continue
    if (types.length >= MAX_TYPES) throw broken(`it has more than ${MAX_TYPES} dataset types`)
    types.push({ id, name, tags, calibrations: textOf(row.calibration_association_table), dimensions: [] })
  }
  const answer: DatasetType[] = []
  for (const type of types) {
    if (!seen.has(type.tags)) seen.set(type.tags, await dimensionsOf(registry, type.tags))
    const dimensions = seen.get(type.tags)
    if (dimensions) answer.push({ ...type, dimensions })
  }
  return answer
}

const NO_DIMENSION = new Set(['dataset_type_id', 'dataset_id', 'collection_id', 'collection_name'])

async function dimensionsOf(registry: RegistryReader, table: string): Promise<string[] | undefined> {
  identifier(table)
  const columns = await registry.columns(table)
  return columns && [...columns].filter((column) => !NO_DIMENSION.has(column))
}
