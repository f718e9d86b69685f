// `skyedge hips import`: a finished HiPS of others, checked and put behind this node as it is. Files are copied (dates
// too), or the folders of tiles are linked to. Nothing shows before the whole map is there.

import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  checkCodeFor,
  formatWord,
  hipsMetrics,
  isTileOf,
  MAGIC_BYTES,
  MAX_PROPERTIES,
  type OthersMap,
  readOthersMap,
  type TileFormat,
  tileWidthOf,
} from '#src/hips'
import type { Catalog } from '../../catalog/store.ts'
import { checkMapName } from '../publish.ts'
import { OthersError } from './errors.ts'
import { type Placed, place, rightsOfOthers } from './place.ts'
import { eachOf } from './pool.ts'
import { TileCensus } from './tiles.ts'
import { nameOf, type OthersFile, type OthersTree } from './tree.ts'
import { namelessFolder } from './work-folder.ts'

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
const TIB = 1024 ** 4
/** Files whose check code is computed. */
const MAX_CHECKED = 500_000
/** Named in a message. */
const SHOWN = 3

export async function importMap(tree: OthersTree, options: ImportOptions, world: ImportWorld): Promise<ImportResult> {
  checkMapName(options.map)
  if (options.link && !tree.folder)
    throw new OthersError('bad-option', 'a zip cannot be linked to: it is unpacked (leave out --link)')
  const others = await properties(tree)
  const rights = rightsOfOthers(others, options)
  const survey = await look(tree, others, options.maxBytes ?? TIB)
  const hipsFolder = join(world.dataFolder, 'hips')
  const folder = await namelessFolder(hipsFolder)
  try {
    await take(tree, others, folder, { ...options, total: survey.taken, progress: world.progress })
    const orders = [...survey.census.orders, ...survey.allsky]
    const placed = await place({
      ...world,
      hipsFolder,
      folder,
      map: options.map,
      rights,
      made: 'imported',
      formats: others.formats.filter((format) => survey.formats.has(format)),
      orderMin: Math.min(...orders),
      order: others.order,
      where: survey.census.where(),
      covered: survey.census.covered(),
    })
    const { tiles, bytes, leftOut } = survey
    return { ...placed, notes: [...notesOf(others, survey), ...placed.notes], tiles, bytes, leftOut }
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

interface Survey {
  readonly census: TileCensus
  readonly formats: ReadonlySet<TileFormat>
  readonly allsky: readonly number[]
  readonly sizes?: readonly { path: string; sizeBytes: number }[]
  readonly tiles: number
  /** Files that are taken, and their bytes. */
  readonly taken: number
  readonly bytes: number
  readonly leftOut: number
}

/** A tile or Allsky of a format and an order that the map says it has. */
function isServed({ order, formats }: OthersMap, name: { order: number; format: TileFormat }): boolean {
  return name.order <= order && formats.includes(name.format)
}

/** Names and sizes alone: nothing is opened. */
async function look(tree: OthersTree, others: OthersMap, maxBytes: number): Promise<Survey> {
  const census = new TileCensus()
  const formats = new Set<TileFormat>()
  const allsky = new Set<number>()
  const misnamed: string[] = []
  const sizes: { path: string; sizeBytes: number }[] = []
  let tiles = 0
  let taken = 0
  let bytes = 0
  let leftOut = 0
  for await (const { path, sizeBytes } of tree.files()) {
    const name = nameOf(path)
    if (name.kind === 'misnamed') misnamed.push(path)
    if (misnamed.length > SHOWN) break
    const isImage = name.kind === 'tile' || name.kind === 'allsky'
    if (name.kind === 'other' || (isImage && !isServed(others, name))) {
      leftOut++
      continue
    }
    taken++
    bytes += sizeBytes
    if (bytes > maxBytes) throw new OthersError('too-large', `the map has more than ${maxBytes} bytes (--max-bytes)`)
    if (isImage && sizes.length <= MAX_CHECKED) sizes.push({ path, sizeBytes })
    if (name.kind === 'allsky') allsky.add(name.order)
    if (name.kind !== 'tile') continue
    formats.add(name.format)
    tiles++
    if (!census.add(name)) throw new OthersError('too-large', `the map has more than ${tiles} tiles`)
  }
  if (misnamed.length > 0)
    throw new OthersError(
      'bad-tree',
      `${misnamed.slice(0, SHOWN).map(shown).join(', ')}${misnamed.length > SHOWN ? ', …' : ''}: a tile is named like Norder3/Dir0/Npix12.png, with the Dir of its number`,
    )
  if (tiles === 0)
    throw new OthersError(
      'bad-tree',
      `there is no ${others.formats.join(' or ')} tile of order 0 to ${others.order}, as properties says there are`,
    )
  const whole = sizes.length <= MAX_CHECKED
  return { census, formats, allsky: [...allsky], ...(whole && { sizes }), tiles, taken, bytes, leftOut }
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

function notesOf(others: OthersMap, { census, formats, sizes, leftOut }: Survey): string[] {
  const notes: string[] = []
  const deepest = census.orders.at(-1) ?? 0
  if (deepest < others.order) notes.push(`the deepest tile is of order ${deepest}, hips_order says ${others.order}`)
  const absent = others.formats.filter((format) => !formats.has(format))
  if (absent.length > 0) notes.push(`there is no ${absent.join(' nor ')} tile, though hips_tile_format says so`)
  if (leftOut > 0) notes.push(`${leftOut} files are no part of what the map says it has: left out`)
  for (const format of formats) {
    const said = others.checkCode && checkCodeFor(format, others.checkCode)
    // Hipsgen says 0 of jpeg: it looks for files that end so.
    if (!said || !sizes) continue
    const found = Number(hipsMetrics([format], sizes).checkCode.split(':')[1])
    if (found !== said) notes.push(`the ${format} tiles are not all those that hips_check_code was made of`)
  }
  return notes
}

const shown = (path: string) => JSON.stringify(path.slice(0, 120))
