// `skyedge hips import`: a finished HiPS of others, checked and put behind this node as it is. Files are copied (dates
// too), or the folders of tiles are linked to. Nothing shows before the whole map is there.

import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  formatWord,
  isTileOf,
  MAGIC_BYTES,
  MAX_PROPERTIES,
  type OthersMap,
  readOthersMap,
  tileWidthOf,
} from '#src/hips'
import type { Catalog } from '../../catalog/store.ts'
import { eachOf } from '../each-of.ts'
import { checkMapName, hipsFolderOf, namelessFolder } from '../map-folder.ts'
import { OthersError } from './errors.ts'
import { MAX_MAP } from './limits.ts'
import { type Placed, place, rightsOfOthers } from './place.ts'
import { isServed, notesOf, survey } from './survey.ts'
import { nameOf, type OthersFile, type OthersTree, shown } from './tree.ts'

export interface ImportOptions {
  readonly map: string
  readonly release?: string
  /** Default: what hips_status says. */
  readonly access?: 'public' | 'proprietary'
  /** Tiles are served from where they are. */
  readonly link?: boolean
  /** Bytes that the files may have together. */
  readonly maxBytes?: number
}

export interface ImportWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly nowMs: number
  readonly progress?: (done: number, total: number) => void
}

export interface ImportResult extends Placed {
  readonly tiles: number
  readonly bytes: number
  readonly leftOut: number
}

const PARALLEL = 8
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export async function importMap(tree: OthersTree, options: ImportOptions, world: ImportWorld): Promise<ImportResult> {
  checkMapName(options.map)
  if (options.link && !tree.folder)
    throw new OthersError('bad-option', 'a zip cannot be linked to: it is unpacked (leave out --link)')
  const others = await properties(tree)
  const rights = rightsOfOthers(others, options)
  const found = await survey(tree, others, options.maxBytes ?? MAX_MAP)
  const hipsFolder = hipsFolderOf(world.dataFolder)
  const folder = await namelessFolder(hipsFolder)
  try {
    await take(tree, others, folder, { ...options, total: found.taken, progress: world.progress })
    const orders = [...found.census.orders, ...found.allsky]
    const placed = await place({
      ...world,
      hipsFolder,
      folder,
      map: options.map,
      rights,
      made: 'imported',
      formats: others.formats.filter((format) => found.formats.has(format)),
      orderMin: Math.min(...orders),
      order: others.order,
      where: found.census.where(),
      covered: found.census.covered(),
    })
    const { tiles, bytes, leftOut } = found
    return { ...placed, notes: [...notesOf(others, found), ...placed.notes], tiles, bytes, leftOut }
  } catch (error) {
    if (!FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new OthersError('disk-full', 'the disk is full: nothing was changed', { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function properties(tree: OthersTree): Promise<OthersMap> {
  for await (const file of tree.files()) {
    if (file.path !== 'properties') continue
    if (file.sizeBytes > MAX_PROPERTIES)
      throw new OthersError('too-large', `properties has ${file.sizeBytes} bytes, at most ${MAX_PROPERTIES} are read`)
    return readOthersMap(new TextDecoder().decode(await file.read()))
  }
  throw new OthersError('bad-tree', 'there is no properties file, so this is no HiPS')
}

interface Taking extends ImportOptions {
  readonly total: number
  readonly progress?: (done: number, total: number) => void
}

async function take(tree: OthersTree, others: OthersMap, folder: string, options: Taking): Promise<void> {
  const { link = false, total, progress } = options
  const linked = new Set<string>()
  const measured = new Set<string>()
  let done = 0
  const one = async (file: OthersFile) => {
    const name = nameOf(file.path)
    if (name.kind === 'other' || name.kind === 'misnamed') return
    const isImage = name.kind === 'tile' || name.kind === 'allsky'
    if (isImage && !isServed(others, name)) return
    const first = file.path.includes('/') ? file.path.slice(0, file.path.indexOf('/')) : undefined
    const stays = link && first !== undefined
    const measure = name.kind === 'tile' && !measured.has(`${name.order}.${name.format}`)
    const bytes = await (stays ? file.head(measure ? 65_536 : MAGIC_BYTES + 1) : file.read())
    if (isImage && !isTileOf(name.format, bytes))
      throw new OthersError('bad-tree', `${shown(file.path)} is no ${formatWord(name.format)} image by its first bytes`)
    if (measure) {
      measured.add(`${name.order}.${name.format}`)
      const width = tileWidthOf(name.format, bytes) ?? others.tileWidth
      if (width !== others.tileWidth)
        throw new OthersError(
          'bad-tree',
          `${shown(file.path)} is ${width} pixels wide, hips_tile_width says ${others.tileWidth}`,
        )
    }
    if (!stays) await put(join(folder, file.path), bytes, file.modifiedMs)
    else if (!linked.has(first)) {
      linked.add(first)
      await symlink(join(tree.folder as string, first), join(folder, first))
    }
    progress?.(++done, total)
  }
  await eachOf(tree.files(), PARALLEL, one)
}

/** The folder is not served yet: a torn file goes with it. */
async function put(path: string, bytes: Uint8Array, modifiedMs: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  await utimes(path, modifiedMs / 1000, modifiedMs / 1000)
}
