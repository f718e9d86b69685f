// Where a dataset's file is on this machine. What the registry says is not trusted: the file must lie, with every
// symbolic link followed, below a datastore's root (which butler.yaml names) or below a folder that the operator allowed
// (`--allow-files`): `butler ingest --transfer direct` leaves files where they were, and any registry can name any path.

import { realpath } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IngestError } from '../errors.ts'
import type { Datastore } from './config.ts'
import type { DatasetFile } from './datasets.ts'

export interface FilePlaces {
  readonly datastores: readonly Datastore[]
  /** Absolute, without symbolic links. */
  readonly allowed: readonly string[]
}

export interface PlacedFile {
  /** Absolute, without symbolic links. */
  readonly path: string
  /** For people: below the root it was found in. */
  readonly name: string
}

/** Throws IngestError('refused') with a reason that names no folder of the machine. */
export async function placeOf({ path, store }: DatasetFile, places: FilePlaces): Promise<PlacedFile> {
  const wanted = wantedPath(path, places.datastores[store]?.root)
  const roots = [...places.datastores.map(({ root }) => root), ...places.allowed]
  const real = await realpath(wanted).catch((error: NodeJS.ErrnoException) => {
    if (!roots.some((root) => isBelow(wanted, root))) throw outside()
    throw refused(error.code === 'ENOENT' ? 'its file is missing' : `its file cannot be reached (${error.code})`)
  })
  const root = roots.find((each) => isBelow(real, each))
  if (root === undefined) throw outside()
  return { path: real, name: real.slice(root.length).replace(/^\/+/, '') }
}

function wantedPath(path: string, root: string | undefined): string {
  if (path.includes('\0')) throw refused('its path holds a zero byte')
  if (/#(unzip|zip)/.test(path)) throw refused('it is a member of a zip archive, which is not read')
  if (/^file:/i.test(path)) {
    try {
      return resolve(fileURLToPath(path))
    } catch {
      throw refused('its path is no URI of a file of this machine')
    }
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)
  if (scheme) throw refused(`its file lies at ${scheme[1]}://, only files of this machine are read`)
  if (isAbsolute(path)) return resolve(path)
  if (root === undefined) throw refused('it belongs to a datastore that butler.yaml does not name')
  return resolve(join(root, path))
}

export const isBelow = (path: string, root: string) =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)

const outside = () => refused('its file lies outside of the repository: --allow-files FOLDER lets it be read')
const refused = (reason: string) => new IngestError('refused', reason)
