// The folder that a packed or unpacked map is made in, and how it takes the map's place: it is named after the map and
// its generation, so that the same command goes on with what a killed one left. Nothing shows before the catalogue knows.

import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Catalog, MapLayout, MapRecord } from '../../catalog/store.ts'
import { HipsBuildError } from '../errors.ts'
import { hipsFolderOf, takePlace } from '../map-folder.ts'
import { isAlive, type Owner, thisProcess } from '../owner.ts'

export interface PackWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly progress?: (done: number, total: number) => void
  /** The old folder stays for so long after the map has moved: origins hold a record for a second. */
  readonly graceMs?: number
}

/** Of folders being made, below that of maps. */
const MARK = '.packing-'
const LOCK = 'packing.json'
const GRACE_MS = 2_000
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** A map's folder in another layout: `demo/dr1/r@…-packed`. */
export const placeAs = ({ folder }: MapRecord, kind: 'packed' | 'tree'): string => {
  const base = folder.replace(/-packed$/, '')
  return kind === 'packed' ? `${base}-packed` : base
}

export async function mapRecord({ catalog }: PackWorld, map: string): Promise<MapRecord> {
  const record = await catalog.map(map)
  if (!record) throw new HipsBuildError('no-such-map', `there is no map ${map}`)
  if (record.layout?.kind === 'remote')
    throw new HipsBuildError('bad-option', `the map ${map} is kept by another node: mirror it first`)
  return record
}

/** Makes the map's new folder, as `make` says, and moves the map there; a folder left half done is gone on with. */
export async function moveMap(
  world: PackWorld,
  record: MapRecord,
  to: { readonly place: string; readonly keepOld: boolean },
  make: (folder: string) => Promise<MapLayout>,
): Promise<MapRecord> {
  const hips = hipsFolderOf(world.dataFolder)
  const working = `${MARK}${to.place.replaceAll('/', '~')}`
  const folder = join(hips, working)
  const unlock = await lock(world, working, record.map, to.place)
  try {
    const layout = await make(folder)
    const now = await world.catalog.map(record.map)
    if (now?.generation !== record.generation || now.folder !== record.folder)
      throw new HipsBuildError('busy', `the map ${record.map} was made anew meanwhile: start again`)
    await unlock()
    await takePlace(hips, folder, record.map, to.place)
    const moved: MapRecord = { ...now, folder: to.place, layout }
    await world.catalog.putMap(moved)
    if (!to.keepOld) {
      await new Promise((resolve) => setTimeout(resolve, world.graceMs ?? GRACE_MS))
      await removeOld(world, record.folder)
    }
    return moved
  } catch (error) {
    if (!FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new HipsBuildError(
      'disk-full',
      `the disk is full: the map ${record.map} is as it was, and with more room the same command goes on`,
      { cause: error },
    )
  } finally {
    await unlock()
  }
}

/** Takes a folder away that no record names; also what a run that was killed left of it. */
export async function removeOld(world: PackWorld, folder: string): Promise<void> {
  const path = join(hipsFolderOf(world.dataFolder), folder)
  // Never half a map under a name that a later run would go on with.
  await rename(path, `${path}.part`).catch(() => undefined)
  await rm(`${path}.part`, { recursive: true, force: true })
}

async function lock(world: PackWorld, working: string, map: string, place: string): Promise<() => Promise<void>> {
  const hips = hipsFolderOf(world.dataFolder)
  const file = join(hips, working, LOCK)
  const busy = () =>
    new HipsBuildError('busy', `the map ${map} is being packed by another process: wait for it, or stop it`)
  const owner = readOwner(file)
  if (owner && isAlive(owner)) throw busy()
  if (owner) await rm(file, { force: true })
  // A run that was killed just before its last step has given it its name already.
  if (!existsSync(join(hips, working))) await rename(join(hips, place), join(hips, working)).catch(() => undefined)
  await mkdir(join(hips, working), { recursive: true })
  try {
    writeFileSync(file, JSON.stringify(thisProcess()), { flag: 'wx' })
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? busy() : error
  }
  await sweep(world, working)
  return () => rm(file, { force: true })
}

/** Folders of maps that are another generation by now, or gone. */
async function sweep(world: PackWorld, mine: string): Promise<void> {
  const hips = hipsFolderOf(world.dataFolder)
  const left = (await readdir(hips)).filter((name) => name.startsWith(MARK) && name !== mine)
  if (left.length === 0) return
  const wanted = new Set(
    (await world.catalog.maps()).flatMap((record) => [placeAs(record, 'packed'), placeAs(record, 'tree')]),
  )
  for (const name of left) {
    const owner = readOwner(join(hips, name, LOCK))
    if (wanted.has(name.slice(MARK.length).replaceAll('~', '/')) || (owner && isAlive(owner))) continue
    await rm(join(hips, name), { recursive: true, force: true })
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** The same file under another folder: one more name where the disk can, a copy with its time elsewhere. */
export function carryOver(from: string, to: string, name: string, isCopy = false): void {
  const [source, target] = [realpathSync(join(from, name)), join(to, name)]
  mkdirSync(dirname(target), { recursive: true })
  try {
    if (!isCopy) {
      linkSync(source, target)
      return
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(source).ino === statSync(target).ino) return
  }
  copyFileSync(source, target)
  const { atimeMs, mtimeMs } = statSync(source)
  utimesSync(target, atimeMs / 1000, mtimeMs / 1000)
}
