// `skyedge mirror`: another node's map copied by the rules of HiPS 1.0 §5.4, and served as a mirror. Every file is
// whole or not there; a run that was killed goes on where it was; a later run asks for what changed by HEAD. Nothing
// shows before the whole copy is there, and the copy that was served stays until then.

import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  allskyPath,
  formatWord,
  hipsMetrics,
  isTileOf,
  type OthersMap,
  pixelScaleDeg,
  propertiesOfCopy,
  type TileFormat,
  tilePath,
} from '#src/hips'
import { type Moc, readMocFits } from '#src/moc'
import type { Catalog } from '../../catalog/store.ts'
import { eachOf } from '../each-of.ts'
import { checkMapName, hipsFolderOf, sweepParts } from '../map-folder.ts'
import { writeWhole } from '../tile-files.ts'
import { type Copied, Copier } from './copier.ts'
import { OthersError } from './errors.ts'
import { folderTree } from './folder-tree.ts'
import { MAX_ALLSKY, MAX_MAP, MAX_MOC, maxTile } from './limits.ts'
import { type Placed, place, rightsOfOthers } from './place.ts'
import { describeRemote, mapNameOf, refuseSoft404 } from './remote-map.ts'
import { RemoteNode, type RemoteOptions } from './remote-node.ts'
import { type Cell, fromMoc, type Selection, selectionOf, type Wanted, walkDown } from './selection.ts'
import { readSource, type Source, writeSource } from './source.ts'
import { notesOf, type Survey, survey, unlikeTheCode } from './survey.ts'
import type { OthersTree } from './tree.ts'
import { emptyOf, holdWork } from './work-folder.ts'

export interface MirrorOptions extends Wanted, RemoteOptions {
  readonly url: string
  /** Default: from creator_did, `ivo://CDS/P/DSS2/color` -> `cds/p/dss2/color`. */
  readonly map?: string
  readonly release?: string
  readonly access?: 'public' | 'proprietary'
  readonly maxBytes?: number
  /** Finds the tiles by walking down, where the MOC says more than there is. */
  readonly walk?: boolean
}

export interface MirrorWorld {
  readonly catalog: Catalog
  readonly dataFolder: string
  readonly nowMs: number
  /** `total` grows where there is no MOC. */
  readonly progress?: (done: number, total: number) => void
}

export interface MirrorResult extends Partial<Placed>, Copied {
  readonly map: string
  /** The release date is the one of the copy that is served: nothing was asked for but properties. */
  readonly unchanged: boolean
  readonly requests: number
}

/** A hostile MOC would have us ask for ever. */
const MANY_MISSING = 50_000
const NOTHING: Copied = { fetched: 0, kept: 0, absent: 0, bytes: 0 }

export async function mirrorMap(options: MirrorOptions, world: MirrorWorld): Promise<MirrorResult> {
  const node = new RemoteNode(options.url, options)
  try {
    const { text, others } = await describeRemote(node)
    const map = options.map ?? mapNameOf(others.creatorDid)
    checkMapName(map)
    const rights = rightsOfOthers(others, options)
    const selection = selectionOf(others, options)
    const { orders, formats, region } = options
    const source = {
      url: node.url,
      releaseDate: others.releaseDate,
      wanted: JSON.stringify({ orders, formats, region }),
    }
    const hipsFolder = hipsFolderOf(world.dataFolder)
    const before = await world.catalog.map(map)
    const old =
      before?.made === 'mirrored' && (before.layout ?? { kind: 'tree' }).kind === 'tree'
        ? join(hipsFolder, before.folder)
        : undefined
    const oldSource = old === undefined ? undefined : await readSource(old)
    const same = oldSource?.url === source.url
    if (same && oldSource.releaseDate === source.releaseDate && oldSource.wanted === source.wanted)
      return { map, unchanged: true, ...NOTHING, requests: node.requests }

    const work = await holdWork(hipsFolder, map)
    let keep = true
    try {
      const folder = work.folder
      await adopt(hipsFolder, map, folder, before?.folder)
      const doubt = await resume(folder, source)
      const copier = new Copier(node, folder, {
        old: same ? old : undefined,
        doubt,
        maxBytes: options.maxBytes ?? MAX_MAP,
      })
      const moc = await copyAbout(copier, node, others, selection)
      const { parallel = 16, walk = false } = options
      await copyTiles(copier, others, selection, { moc: walk ? undefined : moc, parallel, progress: world.progress })
      copier.refuseBad()
      const tree = await folderTree(folder)
      const found = { ...(await surveyCopy(tree, { ...others, order: selection.order }, selection)), leftOut: 0 }
      await compare(node, others, selection, found, folder, source)
      writeWhole(join(folder, 'properties'), propertiesOfCopy(text, changes(others, selection, found)))
      writeSource(folder, source)
      const placed = await place({
        ...world,
        hipsFolder,
        folder,
        map,
        rights,
        made: 'mirrored',
        formats: selection.formats.filter((format) => found.formats.has(format)),
        orderMin: Math.min(...found.census.orders, ...found.allsky),
        order: selection.order,
        where: found.census.where(),
        covered: found.census.covered(),
      })
      keep = false
      const notes = [...(selection.partial ? [] : notesOf(others, found)), ...placed.notes]
      return { map, unchanged: false, ...copier.copied, ...placed, notes, requests: node.requests }
    } finally {
      await work.end({ keep })
    }
  } finally {
    node.close()
  }
}

/** A run that was killed between its last two steps left its folder under the lasting name. */
async function adopt(hipsFolder: string, map: string, work: string, served: string | undefined): Promise<void> {
  const beside = dirname(join(hipsFolder, map))
  for (const name of await readdir(beside).catch(() => [])) {
    const path = join(beside, name)
    if (!name.startsWith(`${basename(map)}@`) || (served && path === join(hipsFolder, served))) continue
    if (!(await readSource(path))) continue
    if ((await readdir(work)).length > 0) await rm(path, { recursive: true, force: true })
    else await rename(path, work)
  }
}

/** Whether files of an earlier run may be older than the map is now. */
async function resume(folder: string, source: Source): Promise<boolean> {
  const left = await readSource(folder)
  const doubt = left !== undefined && (left.doubt === true || left.releaseDate !== source.releaseDate)
  if (left && (left.url !== source.url || left.wanted !== source.wanted)) await emptyOf(folder)
  else await sweepParts(folder)
  writeSource(folder, { ...source, ...(doubt && { doubt }) })
  return doubt
}

/** Of a part of a map there may be nothing: that is the part's fault, not the map's. */
async function surveyCopy(tree: OthersTree, others: OthersMap, { partial }: Selection): Promise<Survey> {
  try {
    return await survey(tree, others, MAX_MAP)
  } catch (error) {
    if (!partial || !(error instanceof OthersError) || error.code !== 'bad-tree') throw error
    throw new OthersError('bad-option', 'the map has no tile of the orders, formats and region that were asked for')
  }
}

/** Moc.fits, preview and Allsky; the MOC where it says which tiles there are. */
async function copyAbout(copier: Copier, node: RemoteNode, others: OthersMap, selection: Selection) {
  await refuseSoft404(node, others)
  let moc: Moc | undefined
  const isMoc = ({ bytes }: { bytes: Uint8Array }) => {
    if (others.frame !== 'equatorial') return isTileOf('fits', bytes)
    try {
      moc = readMocFits(bytes)
      return true
    } catch {
      return false
    }
  }
  const got = await copier.aside('Moc.fits', MAX_MOC, isMoc)
  if (got && !moc && others.frame === 'equatorial') moc = await readMoc(join(copier.folder, 'Moc.fits'))
  if (selection.partial) await copier.drop('Moc.fits')
  await copier.aside('preview.jpg', 4 << 20, ({ bytes }) => isTileOf('jpg', bytes))
  for (let k = Math.min(3, selection.orderMin); k <= Math.min(3, selection.order); k++)
    for (const format of selection.formats)
      if (!selection.region)
        await copier.aside(allskyPath(k, format), MAX_ALLSKY, ({ bytes }) => isTileOf(format, bytes))
  return moc
}

const readMoc = async (path: string) => readMocFits(await readFile(path))

async function copyTiles(
  copier: Copier,
  others: OthersMap,
  selection: Selection,
  { moc, parallel, progress }: { moc?: Moc; parallel: number; progress: MirrorWorld['progress'] },
): Promise<void> {
  const maxBytes = maxTile(others.tileWidth)
  const { formats, orderMin } = selection
  let done = 0
  let total = 0
  let missing = 0
  const both = async (cell: Cell): Promise<boolean> => {
    let there = false
    const lead = cell.order < orderMin
    for (const format of lead ? formats.slice(0, 1) : formats) {
      const path = tilePath({ ...cell, format })
      there = (await (lead ? copier.exists(path) : copier.tile(path, format, maxBytes))) || there
    }
    done++
    progress?.(done, Math.max(done, total))
    return there
  }
  if (moc) {
    const { cells, count } = fromMoc(selection, moc)
    total = count
    await eachOf(cells, parallel, async (cell) => {
      missing = (await both(cell)) ? 0 : missing + 1
      if (missing > MANY_MISSING)
        throw new OthersError(
          'bad-answer',
          `the MOC says more than there is: ${missing} tiles in a row are not there (--walk)`,
        )
    })
    return
  }
  await walkDown(selection, others.orderMin ?? 0, (cells, found) =>
    eachOf(cells, parallel, async (cell) => {
      if (await both(cell)) found(cell)
    }),
  )
}

/** The lengths of all files are those that the map was made of, and it is still the map that it was at the start. */
async function compare(
  node: RemoteNode,
  others: OthersMap,
  { partial }: Selection,
  found: Survey,
  folder: string,
  source: Source,
): Promise<void> {
  const doubted = () => writeSource(folder, { ...source, doubt: true })
  const again = await describeRemote(node)
  if (again.others.releaseDate !== others.releaseDate) {
    doubted()
    throw new OthersError(
      'changed',
      `the map became another (${again.others.releaseDate}) while it was copied: run again`,
    )
  }
  const unlike = partial ? [] : unlikeTheCode(others, found)
  if (unlike.length === 0) return
  doubted()
  throw new OthersError(
    'check-failed',
    `the ${unlike.join(' and ')} files are not those of hips_check_code ${others.checkCode}: run again, or tell the node`,
  )
}

/** What a part of a map says otherwise than the whole does. */
function changes(
  others: OthersMap,
  { partial, order, orderMin, formats }: Selection,
  { sizes, formats: there }: Survey,
) {
  if (!partial) return {}
  const kept = formats.filter((format: TileFormat) => there.has(format))
  const words = kept.map(formatWord)
  const metrics = sizes && hipsMetrics(kept, sizes)
  return {
    partial,
    lines: new Map<string, string | undefined>([
      ['hips_order', String(order)],
      ['hips_order_min', orderMin > 0 || others.orderMin !== undefined ? String(orderMin) : undefined],
      ['hips_tile_format', words.join(' ')],
      ...(order < others.order
        ? ([['hips_pixel_scale', pixelScaleDeg(order, others.tileWidth).toPrecision(6)]] as const)
        : []),
      ['hips_estsize', metrics && String(metrics.sizeKb)],
      ['hips_nb_tiles', metrics && String(metrics.tiles)],
      // By the words, as Hipsgen looks for files.
      ['hips_check_code', sizes && hipsMetrics(words, sizes).checkCode],
      ['moc_sky_fraction', undefined],
    ]),
  }
}
