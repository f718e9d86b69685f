// What lies on this machine or in its stores: the data folder and its room, secrets, the catalogue, the maps' files, the
// object store. Nothing is made that is not there.

import { access, constants, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { openCatalog } from '../catalog/open.ts'
import type { MapRecord } from '../catalog/store.ts'
import type { Config } from '../config.ts'
import { hipsFolderOf } from '../hips/map-folder.ts'
import { openStore } from '../storage/open-store.ts'
import { type Check, fail, ok, tried, warn } from './check.ts'

const GIB = 1024 ** 3
/** Below this much room a build or an upload soon ends half way. */
const LEAST_FREE_BYTES = GIB
const WARN_FREE_SHARE = 0.1
/** As the edge worker asks. */
const SECRET_BYTES = 16
const NAMED = 5

export async function checkData(config: Config): Promise<Check[]> {
  const { dataFolder } = config
  const there = await stat(dataFolder).catch(() => undefined)
  if (!there?.isDirectory())
    return [fail('data folder', 'SKYEDGE_DATA names no folder: `npm start` or `skyedge ingest` makes it')]
  return (
    await Promise.all([
      tried('data folder', async () => {
        await access(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK)
        if ((there.mode & 0o077) !== 0)
          return warn('data folder', 'other users of this machine may look into it: chmod 700')
        return ok('data folder', 'is ours alone, and can be written')
      }),
      tried('disk space', () => room(dataFolder)),
      tried('secret', () => secret(join(dataFolder, 'secret'))),
      tried('catalogue', () => catalogue(config)),
      tried('object store', () => store(config)),
    ])
  ).flat()
}

async function room(folder: string): Promise<Check> {
  const { bavail, blocks, bsize } = await statfs(folder)
  const [free, all] = [bavail * bsize, blocks * bsize]
  const says = `${(free / GIB).toFixed(1)} of ${(all / GIB).toFixed(1)} GiB are free`
  if (free < LEAST_FREE_BYTES) return fail('disk space', says)
  return free < WARN_FREE_SHARE * all ? warn('disk space', says) : ok('disk space', says)
}

async function secret(path: string): Promise<Check> {
  const file = await stat(path).catch(() => undefined)
  if (!file) return fail('secret', 'there is no file "secret" in SKYEDGE_DATA: the origin makes it at its first start')
  if (file.size < SECRET_BYTES) return fail('secret', `it has ${file.size} bytes, expected ${SECRET_BYTES} or more`)
  if ((file.mode & 0o077) !== 0) return warn('secret', 'other users of this machine may read it: chmod 600')
  return ok('secret', 'is there, and its owner’s alone')
}

async function catalogue(config: Config): Promise<Check[]> {
  const name = config.databaseUrl === undefined ? 'catalogue' : 'database'
  if (
    config.databaseUrl === undefined &&
    !(await stat(join(config.dataFolder, 'catalog.sqlite')).catch(() => undefined))
  )
    return [warn(name, 'there is none yet: `skyedge ingest` makes it')]
  return tried(name, async () => {
    const catalog = await openCatalog(config)
    try {
      const start = performance.now()
      const [maps, parts] = await Promise.all([catalog.maps(), catalog.collections()])
      const images = parts.reduce((sum, { products }) => sum + products, 0)
      const ms = Math.round(performance.now() - start)
      return [ok(name, `${maps.length} maps, ${images} images; told in ${ms} ms`), await files(maps, config)]
    } finally {
      await catalog.close()
    }
  })
}

/** Every map's folder, with the file that a client reads first. */
async function files(maps: readonly MapRecord[], { dataFolder }: Config): Promise<Check> {
  const lost: string[] = []
  for (const { map, folder } of maps)
    await access(join(hipsFolderOf(dataFolder), folder, 'properties'), constants.R_OK).catch(() => lost.push(map))
  if (lost.length === 0) return ok('maps', maps.length === 0 ? 'there is none yet' : 'each has its files')
  const more = lost.length > NAMED ? ` and ${lost.length - NAMED} more` : ''
  return fail('maps', `the files of ${lost.slice(0, NAMED).join(', ')}${more} are gone: build or import them again`)
}

async function store({ objectStore, aws }: Config): Promise<Check | Check[]> {
  if (objectStore === undefined) return []
  const opened = openStore(objectStore, aws)
  for await (const { key } of opened.list('')) return ok('object store', `${opened.name} answers, and holds ${key}, …`)
  return ok('object store', `${opened.name} answers, and is empty`)
}
