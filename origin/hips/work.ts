// What is done in a thread: a subtree of tiles with its ancestors, a parent from four children, a colour tile from
// three bands, or one tile's bytes for the door. A tile whose key is the old map's is taken over as it is.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import type { Plane } from '#src/image'
import { ImageShelf, type RenderImage } from './images.ts'
import { encodeColours, encodeTile, keepColours, keepTile } from './keep.ts'
import { parentKey } from './keys.ts'
import type { Subtree } from './plan.ts'
import { type ColourStyle, type Encoding, type GreyStyle, TILE_WIDTH, type TileFormat } from './recipe.ts'
import { meanOfChildren, renderTile } from './render.ts'
import { makeSubtree } from './subtree.ts'
import { readFitsTile } from './tile-bytes.ts'
import { linkWhole, rootFile, tileFile, writeWhole } from './tile-files.ts'

/** What every task of one map shares. */
export interface MapWork {
  readonly folder: string
  readonly order: number
  readonly renderOrder: number
  readonly formats: readonly TileFormat[]
  readonly maker?: number
  readonly encoding?: Encoding
  readonly releasedMs: number
  readonly skipDeepest: boolean
  readonly style: GreyStyle | ColourStyle
}

/** What the map before knows of a task's tiles. */
export interface Before {
  readonly folder: string
  readonly tiles: readonly TileDone[]
}

/** A child's values: at hand, or to be read from the map's own tiles; undefined without any. */
export type ChildValues = Float32Array | 'disk' | undefined

export type Task =
  | {
      readonly kind: 'subtree'
      readonly work: MapWork
      readonly subtree: Subtree
      readonly images: readonly RenderImage[]
      readonly before?: Before
    }
  | {
      readonly kind: 'parent'
      readonly work: MapWork
      readonly order: number
      readonly npix: number
      readonly children: readonly ChildValues[]
      /** Of children 0 to 3, where there are such. */
      readonly keys: readonly (string | undefined)[]
      readonly before?: Before
    }
  | { readonly kind: 'take'; readonly work: MapWork; readonly folder: string; readonly tile: TileDone }
  | {
      readonly kind: 'colour'
      readonly work: MapWork
      readonly order: number
      readonly npix: number
      readonly key: string
      /** Folders of maps, or a tile's FITS bytes where that lies in no folder. */
      readonly bands: readonly (string | Uint8Array | undefined)[]
      /** Only its bytes are wanted, in the first format. */
      readonly alone?: boolean
    }
  | {
      readonly kind: 'tile'
      readonly work: MapWork
      readonly order: number
      readonly npix: number
      readonly images: readonly RenderImage[]
    }

/** Of the defined values of a tile. */
export interface Spread {
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly count: number
}

/** What became of a tile. */
export interface TileDone {
  readonly order: number
  readonly npix: number
  readonly key: string
  /** None where no image has a defined pixel. */
  readonly files: readonly { readonly format: TileFormat; readonly bytes: number }[]
  /** At order 3: the tile at an eighth, as Allsky holds it. */
  readonly small?: { readonly values?: Float32Array; readonly pixels: Uint8Array }
  /** Of the deepest tiles: share of its pixels that are defined. */
  readonly filled?: number
  /** Of the values, and of what a picture shows of them (0 to 255, all colours together). */
  readonly values?: Spread
  readonly greys?: Spread
  /** Taken over from the map before. */
  readonly kept?: true
}

export interface TaskDone {
  readonly tiles: readonly TileDone[]
  /** Of the subtree's root, the parent, or the colour tile. */
  readonly key: string
  /** Whether that tile has values. */
  readonly hasRoot: boolean
  /** They, where they are at hand; else they lie on disk. */
  readonly root?: Float32Array
  /** Of one tile's task, by format. */
  readonly bytes?: Partial<Record<TileFormat, Uint8Array>>
}

/** Of this thread. */
const shelf = new ImageShelf(workerData ?? {})

export async function perform(task: Task): Promise<TaskDone> {
  const { work } = task
  switch (task.kind) {
    case 'subtree': {
      const done = await makeSubtree(work, task.subtree, task.images, task.before, shelf)
      return keepRoot(work, task.subtree.order, task.subtree.npix, done)
    }
    case 'parent':
      return keepRoot(work, task.order, task.npix, await parent(task))
    case 'take': {
      const { tile, folder } = task
      const taken = takeOver(work, folder, tile)
      return { tiles: taken ? [taken] : [], key: tile.key, hasRoot: false }
    }
    case 'colour':
      return colour(task)
    case 'tile': {
      const { order, npix, images } = task
      const alone = new ImageShelf({ keepBytes: 0 })
      try {
        const plane = await renderTile(order, npix, images, { renderOrder: work.renderOrder, shelf: alone })
        const bytes = plane ? Object.fromEntries(await encodeTile(work, order, npix, plane)) : {}
        return { tiles: [], key: '', hasRoot: plane !== undefined, bytes }
      } finally {
        await alone.close()
      }
    }
  }
}

async function parent(task: Extract<Task, { kind: 'parent' }>): Promise<TaskDone> {
  const { work, order, npix, before } = task
  const key = parentKey(task.keys)
  const old = before?.tiles.find((tile) => tile.order === order && tile.npix === npix && tile.key === key)
  const taken = before && old && takeOver(work, before.folder, old)
  if (taken) return { tiles: [taken], key, hasRoot: taken.files.length > 0 }
  const planes: (Plane | undefined)[] = []
  for (const [child, data] of task.children.entries())
    planes.push(data === 'disk' ? await valuesOnDisk(work, order + 1, 4 * npix + child) : data && asPlane(data))
  const plane = meanOfChildren(planes)
  const tile = await keepTile(work, { order, npix, key }, plane)
  return { tiles: [tile], key, hasRoot: plane !== undefined, root: plane?.data as Float32Array | undefined }
}

/** Where the tiles themselves do not hold the values, a build that goes on later finds them beside. */
function keepRoot(work: MapWork, order: number, npix: number, done: TaskDone): TaskDone {
  if (done.root && order > 0 && !work.formats.includes('fits'))
    writeWhole(rootFile(work.folder, order, npix), new Uint8Array(done.root.buffer))
  return done
}

const asPlane = (data: Float32Array): Plane => ({ width: TILE_WIDTH, height: TILE_WIDTH, data })

export async function valuesOnDisk(work: MapWork, order: number, npix: number): Promise<Plane> {
  if (work.formats.includes('fits'))
    return readFitsTile(readFileSync(tileFile(work.folder, { order, npix, format: 'fits' })))
  return asPlane(new Float32Array(Uint8Array.from(readFileSync(rootFile(work.folder, order, npix))).buffer))
}

/** The tile's files under the new map as well; undefined where one of them is not what it was. */
export function takeOver(work: MapWork, folder: string, tile: TileDone): TileDone | undefined {
  const onDemand = work.skipDeepest && tile.order === work.order
  for (const { format, bytes } of tile.files) {
    const from = tileFile(folder, { ...tile, format })
    const size = statSync(from, { throwIfNoEntry: false })?.size
    // Of the tiles made on demand only those that were asked for are there.
    if (size === undefined && onDemand) continue
    if (size !== bytes) return undefined
    linkWhole(from, tileFile(work.folder, { ...tile, format }))
  }
  return { ...tile, kept: true }
}

async function colour({ work, order, npix, key, bands, alone }: Extract<Task, { kind: 'colour' }>): Promise<TaskDone> {
  const planes = await Promise.all(
    bands.map(async (band) => {
      if (band === undefined) return undefined
      if (typeof band !== 'string') return readFitsTile(band)
      const file = tileFile(band, { order, npix, format: 'fits' })
      return existsSync(file) ? readFitsTile(readFileSync(file)) : undefined
    }),
  )
  if (alone) {
    const known = planes.some((plane) => plane !== undefined)
    const bytes = known ? Object.fromEntries(await encodeColours(work, planes)) : {}
    return { tiles: [], key, hasRoot: known, bytes }
  }
  const tile = await keepColours(work, { order, npix, key }, planes)
  return { tiles: [tile], key, hasRoot: false }
}
