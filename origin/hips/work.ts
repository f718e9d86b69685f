// What is done in a thread: a subtree of tiles with its ancestors, a parent from four children, a colour tile from
// three bands, or one tile's bytes for the door. Depth first, so that a thread holds four planes per order at most.

import { existsSync, readFileSync } from 'node:fs'
import { type Plane, shrink } from '#src/image'
import { ImageShelf, type RenderImage } from './images.ts'
import type { Subtree } from './plan.ts'
import { type ColourStyle, type GreyStyle, TILE_WIDTH, type TileFormat } from './recipe.ts'
import { meanOfChildren, renderTile } from './render.ts'
import { colourPixels, fitsTile, greyPixels, pngTile, readFitsTile } from './tile-bytes.ts'
import { tileFile, writeWhole } from './tile-files.ts'

/** What every task of one map shares. */
export interface MapWork {
  readonly folder: string
  readonly order: number
  readonly renderOrder: number
  readonly formats: readonly TileFormat[]
  readonly releasedMs: number
  readonly skipDeepest: boolean
  readonly style: GreyStyle | ColourStyle
}

export type Task =
  | {
      readonly kind: 'subtree'
      readonly work: MapWork
      readonly subtree: Subtree
      readonly images: readonly RenderImage[]
    }
  | {
      readonly kind: 'parent'
      readonly work: MapWork
      readonly order: number
      readonly npix: number
      readonly children: readonly (Float32Array | undefined)[]
    }
  | {
      readonly kind: 'colour'
      readonly work: MapWork
      readonly order: number
      readonly npix: number
      readonly bands: readonly (string | Uint8Array | undefined)[]
    }
  | {
      readonly kind: 'tile'
      readonly work: MapWork
      readonly order: number
      readonly npix: number
      readonly images: readonly RenderImage[]
    }

/** What became of a tile. */
export interface TileDone {
  readonly order: number
  readonly npix: number
  readonly files: readonly { readonly format: TileFormat; readonly bytes: number }[]
  /** At order 3: the tile at an eighth, as Allsky holds it. */
  readonly small?: { readonly values?: Float32Array; readonly pixels: Uint8Array }
  /** Of the deepest tiles: share of its pixels that are defined. */
  readonly filled?: number
}

export interface TaskDone {
  readonly tiles: readonly TileDone[]
  /** Values of the subtree's root or the parent; its ancestors need them. */
  readonly root?: Float32Array
  /** Of a 'tile' task, by format. */
  readonly bytes?: Partial<Record<TileFormat, Uint8Array>>
}

const ALLSKY_ORDER = 3
const ALLSKY_SHRINK = 8

const shelf = new ImageShelf()

export async function perform(task: Task): Promise<TaskDone> {
  switch (task.kind) {
    case 'subtree':
      return subtree(task.work, task.subtree, task.images)
    case 'parent': {
      const parent = meanOfChildren(task.children.map((data) => data && asPlane(data)))
      if (!parent) return { tiles: [] }
      return { tiles: [keep(task.work, task.order, task.npix, parent)], root: parent.data as Float32Array }
    }
    case 'colour':
      return colour(task.work, task.order, task.npix, task.bands)
    case 'tile': {
      const { work, order, npix, images } = task
      const alone = new ImageShelf({ keepBytes: 0 })
      try {
        const plane = await renderTile(order, npix, images, { renderOrder: work.renderOrder, shelf: alone })
        return { tiles: [], bytes: plane ? Object.fromEntries(encode(work, order, npix, plane)) : {} }
      } finally {
        await alone.close()
      }
    }
  }
}

const asPlane = (data: Float32Array): Plane => ({ width: TILE_WIDTH, height: TILE_WIDTH, data })

async function subtree(work: MapWork, { order, npix, tiles, images: byTile }: Subtree, images: readonly RenderImage[]) {
  const done: TileDone[] = []
  const at = new Map(tiles.map((tile, i) => [tile, byTile[i].map((image) => images[image])]))

  const node = async (order: number, npix: number): Promise<Plane | undefined> => {
    if (order === work.order) {
      const context = { renderOrder: work.renderOrder, shelf }
      const plane = await renderTile(order, npix, at.get(npix) ?? [], context)
      if (plane) done.push(keep(work, order, npix, plane))
      return plane
    }
    const span = 4 ** (work.order - order - 1)
    const children: (Plane | undefined)[] = []
    for (let child = 4 * npix; child < 4 * npix + 4; child++) {
      const planned = tiles.some((tile) => tile >= child * span && tile < (child + 1) * span)
      children.push(planned ? await node(order + 1, child) : undefined)
    }
    const parent = meanOfChildren(children)
    if (parent) done.push(keep(work, order, npix, parent))
    return parent
  }
  const root = await node(order, npix)
  return { tiles: done, root: root?.data as Float32Array | undefined }
}

function encode(work: MapWork, order: number, npix: number, plane: Plane): [TileFormat, Uint8Array][] {
  return work.formats.map((format) => [
    format,
    format === 'fits' ? fitsTile(order, npix, plane) : pngTile(greyPixels(plane, work.style as GreyStyle), 2),
  ])
}

function keep(work: MapWork, order: number, npix: number, plane: Plane): TileDone {
  const small = order === ALLSKY_ORDER ? shrink(plane, ALLSKY_SHRINK) : undefined
  return {
    ...store(work, order, npix, encode(work, order, npix, plane)),
    ...(small && { small: { values: small.data as Float32Array, pixels: greyPixels(small, work.style as GreyStyle) } }),
    ...(order === work.order && { filled: filledShare(plane) }),
  }
}

function store(work: MapWork, order: number, npix: number, files: readonly [TileFormat, Uint8Array][]): TileDone {
  const written = files.map(([format, bytes]) => {
    if (!(work.skipDeepest && order === work.order))
      writeWhole(tileFile(work.folder, { order, npix, format }), bytes, work.releasedMs)
    return { format, bytes: bytes.length }
  })
  return { order, npix, files: written }
}

function filledShare({ data }: Plane): number {
  let defined = 0
  for (const value of data) if (!Number.isNaN(value)) defined++
  return defined / data.length
}

/** Bands are folders of maps, or a tile's FITS bytes where that lies in no folder. */
async function colour(work: MapWork, order: number, npix: number, bands: readonly (string | Uint8Array | undefined)[]) {
  const planes = await Promise.all(
    bands.map(async (band) => {
      if (band === undefined) return undefined
      if (typeof band !== 'string') return readFitsTile(band)
      const file = tileFile(band, { order, npix, format: 'fits' })
      return existsSync(file) ? readFitsTile(readFileSync(file)) : undefined
    }),
  )
  if (planes.every((plane) => plane === undefined)) return { tiles: [] }
  const style = work.style as ColourStyle
  const png = pngTile(colourPixels(planes, style), 4)
  const small =
    order === ALLSKY_ORDER
      ? {
          pixels: colourPixels(
            planes.map((plane) => plane && shrink(plane, ALLSKY_SHRINK)),
            style,
          ),
        }
      : undefined
  const tile = { ...store(work, order, npix, [['png', png]]), ...(small && { small }) }
  return { tiles: [tile], bytes: { png } }
}
