// The folder of maps, `SKYEDGE_DATA/hips`: what a map may be called in it, how a finished one takes its place, and where
// unfinished ones are, with what killed runs left of them.

import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HipsBuildError } from './errors.ts'
import { runs } from './owner.ts'

const SEGMENT = /^[a-z0-9][a-z0-9_.-]{0,63}$/i
/** First segments of addresses below a map: no map may be named so. */
const RESERVED = /^(norder\d+|hpxfinder|public|properties|moc\.fits|.*\.part)$/i
/** The process and chance. */
const NAMELESS = /^\.building-(\d+)-[0-9a-f]{12}$/

export const hipsFolderOf = (dataFolder: string): string => join(dataFolder, 'hips')

/** `demo/dr1/r`: 1 to 6 segments. */
export function checkMapName(map: string): void {
  const segments = map.split('/')
  if (segments.length > 6 || !segments.every((segment) => SEGMENT.test(segment) && !RESERVED.test(segment)))
    throw new HipsBuildError('bad-name', `a map is named like "demo/dr1/r", got ${JSON.stringify(map.slice(0, 200))}`)
}

/** The folder gets its lasting name, then the map's own name, a link, points to it from one moment to the next. */
export async function takePlace(hipsFolder: string, folder: string, map: string, place: string): Promise<void> {
  const link = join(hipsFolder, map)
  // A name below another map's would be written into that map's folder.
  for (let above = dirname(map); above !== '.'; above = dirname(above))
    if ((await lstat(join(hipsFolder, above)).catch(() => undefined))?.isSymbolicLink())
      throw new HipsBuildError('bad-name', `the name ${map} lies below the map ${above}`)
  await mkdir(dirname(link), { recursive: true })
  const existing = await lstat(link).catch(() => undefined)
  if (existing && !existing.isSymbolicLink())
    throw new HipsBuildError('bad-name', `the name ${map} is taken: other maps lie below it`)
  // A build that goes on may find it there.
  if (folder !== join(hipsFolder, place)) await rename(folder, join(hipsFolder, place))
  const temporary = `${link}.${process.pid}.part`
  await rm(temporary, { force: true })
  await symlink(basename(place), temporary)
  await rename(temporary, link)
}

/** For work that begins anew after a kill. */
export async function namelessFolder(hipsFolder: string): Promise<string> {
  await mkdir(hipsFolder, { recursive: true })
  await sweepNameless(hipsFolder)
  const folder = join(hipsFolder, `.building-${process.pid}-${randomBytes(6).toString('hex')}`)
  await mkdir(folder)
  return folder
}

/** Nameless folders whose process is gone. */
export async function sweepNameless(hipsFolder: string): Promise<void> {
  for (const name of await readdir(hipsFolder)) {
    const pid = NAMELESS.exec(name)?.[1]
    if (pid !== undefined && !runs(Number(pid))) await rm(join(hipsFolder, name), { recursive: true, force: true })
  }
}

/** What was being written in an unfinished map when its run was killed. Folder by folder: of all tiles at once are millions. */
export async function sweepParts(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await sweepParts(path)
    else if (entry.name.endsWith('.part')) await rm(path, { force: true })
  }
}
