// A repository's butler.yaml: where its registry is and where its files lie. `<butlerRoot>` stands for the folder of the
// file (daf_butler, ButlerConfig). Passwords are in no butler.yaml: PostgreSQL's are taken from PGPASSWORD or ~/.pgpass.

import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IngestError } from '../errors.ts'
import { parseYaml, type Yaml } from './yaml.ts'

export type RegistryPlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema?: string }

/** One file datastore: a folder, and the table of the registry that says which dataset is which file. */
export interface Datastore {
  /** Absolute, without symbolic links. */
  readonly root: string
  readonly table: string
}

export interface ButlerConfig {
  readonly folder: string
  readonly registry: RegistryPlace
  /** In the order a Butler asks them. */
  readonly datastores: readonly Datastore[]
}

const MAX_BYTES = 1 << 20
const TABLE = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** Whether a folder (or a butler.yaml) is a Butler repository. */
export async function isRepository(path: string): Promise<boolean> {
  const file = await configFile(path)
  return stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  )
}

const configFile = async (path: string) => {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return isFolder || !/\.ya?ml$/.test(basename(path)) ? join(path, 'butler.yaml') : path
}

export async function readConfig(path: string): Promise<ButlerConfig> {
  const file = await configFile(path)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw bad(`there is no butler.yaml to read in the repository (${error.code})`)
  })
  if (text.length > MAX_BYTES) throw bad(`butler.yaml has more than ${MAX_BYTES} bytes`)
  const yaml = parseYaml(text)
  const folder = dirname(await realpath(file))
  const root = at(yaml, 'root') === undefined ? folder : placeOf(text1(at(yaml, 'root'), 'root')!, folder)
  const expand = (value: string) => value.replaceAll('<butlerRoot>', root)
  const db = text1(at(yaml, 'registry', 'db'), 'registry.db')
  if (db === undefined) throw bad('butler.yaml says no registry.db')
  const registry = registryOf(expand(db), text1(at(yaml, 'registry', 'namespace'), 'registry.namespace'))
  const datastores = await Promise.all(
    storesOf(at(yaml, 'datastore')).map(async ({ place, table }) => {
      const wanted = placeOf(expand(place), root)
      const real = await realpath(wanted).catch(() => resolve(wanted))
      return { root: real, table }
    }),
  )
  return { folder, registry, datastores }
}

function registryOf(db: string, namespace: string | undefined): RegistryPlace {
  if (namespace !== undefined && !TABLE.test(namespace))
    throw bad('butler.yaml: registry.namespace is no name of a schema')
  // SQLAlchemy's form: three slashes and a path, which is absolute where it starts with a slash of its own.
  const sqlite = /^sqlite(?:\+\w+)?:\/\/\/(.+)$/.exec(db)
  if (sqlite) return { kind: 'sqlite', path: resolve(sqlite[1]) }
  const postgres = /^postgres(?:ql)?(?:\+\w+)?:\/\/(.*)$/.exec(db)
  if (postgres) return { kind: 'postgres', url: `postgres://${postgres[1]}`, schema: namespace }
  throw bad(`butler.yaml: registry.db starts with ${JSON.stringify(db.split(':')[0])}, expected sqlite or postgresql`)
}

/** A FileDatastore, or those of a ChainedDatastore; what keeps its data in memory holds no files. */
function storesOf(datastore: Yaml): { place: string; table: string }[] {
  const kind = text1(at(datastore, 'cls'), 'datastore.cls') ?? ''
  const inner = at(datastore, 'datastores')
  if (Array.isArray(inner)) {
    if (inner.length > 20) throw bad('butler.yaml: datastore.datastores has more than 20 members')
    return inner.flatMap((each: Yaml) => storesOf(at(each, 'datastore') ?? each))
  }
  if (/InMemoryDatastore$/.test(kind)) return []
  if (kind !== '' && !/FileDatastore$/.test(kind))
    throw bad(`butler.yaml: datastore.cls is ${kind}, expected FileDatastore`)
  const table = text1(at(datastore, 'records', 'table'), 'datastore.records.table') ?? 'file_datastore_records'
  if (!TABLE.test(table)) throw bad('butler.yaml: datastore.records.table is no name of a table')
  return [{ place: text1(at(datastore, 'root'), 'datastore.root') ?? '<butlerRoot>', table }]
}

function placeOf(place: string, base: string): string {
  if (place.startsWith('file:')) return fileURLToPath(place)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place))
    throw bad(`butler.yaml: files lie at ${place.split(':')[0]}://, only folders of this machine are read`)
  return resolve(base, place)
}

function at(yaml: Yaml, ...keys: readonly string[]): Yaml {
  let value = yaml
  for (const key of keys) {
    if (typeof value !== 'object' || Array.isArray(value)) return undefined
    value = (value as Record<string, Yaml>)[key]
  }
  return value
}

function text1(value: Yaml, name: string): string | undefined {
  if (value !== undefined && typeof value !== 'string') throw bad(`butler.yaml: ${name} is no text`)
  return value
}

const bad = (message: string) => new IngestError('bad-repository', message)
