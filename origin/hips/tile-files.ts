// Where a map's tiles lie, and how one gets there: written under another name, dated, then renamed; or linked from the
// map before. Every path is made from numbers, never from a request's text. A file in its place is never written again.

import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { tilePath } from '#src/hips'
import type { TileFormat } from './recipe.ts'

export interface TileAddress {
  readonly order: number
  readonly npix: number
  readonly format: TileFormat
}

export const tileFile = (folder: string, tile: TileAddress): string => join(folder, tilePath(tile))

/** While a map without FITS tiles is built: the values its ancestors need, float32 as they lie in memory. */
export const ROOTS = 'roots'
export const rootFile = (folder: string, order: number, npix: number): string =>
  join(folder, ROOTS, `${order}-${npix}.f32`)

let counter = 0
const temporaryName = (path: string) => `${path}.${process.pid}-${counter++}.part`

/** Whole or not at all: a reader sees the old file, the new one, or none. */
export function writeWhole(path: string, bytes: Uint8Array | string, modifiedMs?: number): void {
  const temporary = temporaryName(path)
  try {
    inFolder(path, () => writeFileSync(temporary, bytes))
    if (modifiedMs !== undefined) utimesSync(temporary, modifiedMs / 1000, modifiedMs / 1000)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Nearly always the folder is there. */
function inFolder(path: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(dirname(path), { recursive: true })
    write()
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? ''

/** What a file system says that has no (more) links of one file, or of this one. */
const NO_LINKS = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** The same file under a second name, with its date; a copy where the file system has no links. */
export function linkWhole(from: string, to: string): void {
  try {
    inFolder(to, () => linkSync(from, to))
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      rmSync(to)
      linkWhole(from, to)
      return
    }
    if (!NO_LINKS.has(codeOf(error))) throw error
    const temporary = temporaryName(to)
    try {
      copyFileSync(from, temporary, constants.COPYFILE_FICLONE)
      const { mtimeMs } = statSync(from)
      utimesSync(temporary, mtimeMs / 1000, mtimeMs / 1000)
      renameSync(temporary, to)
    } catch (failed) {
      rmSync(temporary, { force: true })
      throw failed
    }
  }
}
