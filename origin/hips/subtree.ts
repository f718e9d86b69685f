// A subtree in a thread, depth first, so that four planes per order are held at most. Values are asked for only where
// an ancestor has to be made anew: a tile that is still right is linked, and read only when its parent is not.

import type { Plane } from '#src/image'
import type { ImageShelf, RenderImage } from './images.ts'
import { keepTile } from './keep.ts'
import { imagesKey, parentKey } from './keys.ts'
import type { Subtree } from './plan.ts'
import { meanOfChildren, renderTile } from './render.ts'
import { tileName } from './tile-records.ts'
import { type Before, type MapWork, type TaskDone, type TileDone, takeOver, valuesOnDisk } from './work.ts'

interface Node {
  readonly key: string
  readonly has: boolean
  /** Made just now. */
  readonly made?: Plane
  readonly values: () => Promise<Plane | undefined>
}

export async function makeSubtree(
  work: MapWork,
  subtree: Subtree,
  images: readonly RenderImage[],
  before: Before | undefined,
  shelf: ImageShelf,
): Promise<TaskDone> {
  const done: TileDone[] = []
  const planned = new Map(subtree.tiles.map((tile, i) => [tile, subtree.images[i].map((image) => images[image])]))
  const known = new Map((before?.tiles ?? []).map((tile) => [tileName(tile), tile]))
  const context = { renderOrder: work.renderOrder, shelf }

  const settle = async (
    order: number,
    npix: number,
    key: string,
    render: () => Promise<Plane | undefined>,
  ): Promise<Node> => {
    const old = known.get(tileName({ order, npix }))
    const taken = before && old?.key === key ? takeOver(work, before.folder, old) : undefined
    if (taken) {
      done.push(taken)
      const has = taken.files.length > 0
      const onDisk = work.formats.includes('fits') && !(work.skipDeepest && order === work.order)
      const values = async () => (has ? (onDisk ? valuesOnDisk(work, order, npix) : render()) : undefined)
      return { key, has, values }
    }
    const made = await render()
    done.push(await keepTile(work, { order, npix, key }, made))
    return { key, has: made !== undefined, made, values: async () => made }
  }

  const node = async (order: number, npix: number): Promise<Node> => {
    if (order === work.order) {
      const reaching = planned.get(npix) ?? []
      return settle(order, npix, imagesKey(reaching), () => renderTile(order, npix, reaching, context))
    }
    const span = 4 ** (work.order - order - 1)
    const children: (Node | undefined)[] = []
    for (let child = 4 * npix; child < 4 * npix + 4; child++) {
      const any = subtree.tiles.some((tile) => tile >= child * span && tile < (child + 1) * span)
      children.push(any ? await node(order + 1, child) : undefined)
    }
    return settle(order, npix, parentKey(children.map((child) => child?.key)), async () => {
      const planes: (Plane | undefined)[] = []
      for (const child of children) planes.push(await child?.values())
      return meanOfChildren(planes)
    })
  }

  const root = await node(subtree.order, subtree.npix)
  return { tiles: done, key: root.key, hasRoot: root.has, root: root.made?.data as Float32Array | undefined }
}
