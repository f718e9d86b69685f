// A map is taken away: first from the catalogue, so that nobody is led to it, then from disk. To repeat it is safe:
// what a removal that was cut off left goes with the next.

import { lstat, readdir, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Catalog } from '../catalog/store.ts'
import { removeBuilds } from './building.ts'
import { HipsBuildError } from './errors.ts'
import { checkMapName } from './map-folder.ts'

export interface Removed {
  readonly map: string
  /** Colour maps made from it: their deepest tiles can no longer be made on demand. */
  readonly usedBy: readonly string[]
}

export async function removeMap(map: string, catalog: Catalog, hipsFolder: string): Promise<Removed> {
  checkMapName(map)
  const record = await catalog.map(map)
  const usedBy = (await catalog.maps()).filter(({ sources }) => sources?.includes(map)).map((other) => other.map)
  await catalog.removeMap(map)
  const link = join(hipsFolder, map)
  const linked = (await lstat(link).catch(() => undefined))?.isSymbolicLink() ?? false
  if (linked) await rm(link)
  const beside = dirname(link)
  const folders = (await readdir(beside).catch(() => [])).filter((name) => name.startsWith(`${basename(map)}@`))
  for (const name of folders) await rm(join(beside, name), { recursive: true, force: true })
  const builds = await removeBuilds(hipsFolder, map)
  if (!record && !linked && folders.length + builds === 0)
    throw new HipsBuildError('no-such-map', `there is no map ${map}`)
  // Folders of the name that hold no other map.
  for (let above = dirname(map); above !== '.'; above = dirname(above))
    await rmdir(join(hipsFolder, above)).catch(() => {})
  return { map, usedBy }
}
