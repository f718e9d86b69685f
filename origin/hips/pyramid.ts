// Runs a map's tiles through the threads: subtrees first, each ancestor as soon as its children are there.
// In flight at any time: two tasks a thread, and for each order above the subtrees at most four planes that wait.

import { eachOf } from './each-of.ts'
import { HipsBuildError } from './errors.ts'
import type { RenderImage } from './images.ts'
import type { Journal } from './journal.ts'
import type { Coverage, Subtree } from './plan.ts'
import type { Threads } from './threads.ts'
import { tileName } from './tile-records.ts'
import type { Before, ChildValues, MapWork, Task, TileDone } from './work.ts'

export type Progress = (done: number, total: number) => void

/** The map before this one. */
export interface OldTiles {
  readonly folder: string
  readonly tiles: ReadonlyMap<string, TileDone>
}

export interface PyramidOptions {
  /** What an earlier run of this build has done is not done again; what this one does is added. */
  readonly journal?: Journal
  readonly before?: OldTiles
  readonly progress?: Progress
}

interface Family {
  readonly children: ChildValues[]
  readonly keys: (string | undefined)[]
  missing: number
}

export async function makePyramid(
  threads: Threads,
  work: MapWork,
  coverage: Coverage,
  images: readonly RenderImage[],
  { journal, before, progress = () => {} }: PyramidOptions = {},
): Promise<TileDone[]> {
  const done: TileDone[] = []
  const families = expectedFamilies(coverage)
  let deepest = 0

  /** Does the task, if it is not done; then its parent, when it was the last child. */
  const settle = async (order: number, npix: number, task: () => Task): Promise<void> => {
    const known = journal?.done(order, npix)
    const result = known ?? (await threads.run(task()))
    if (!known) journal?.add(order, npix, result)
    for (const tile of result.tiles) done.push(tile)
    if (order === 0) return
    const parent = Math.floor(npix / 4)
    const name = tileName({ order: order - 1, npix: parent })
    const family = families.get(name) as Family
    family.children[npix % 4] = result.root ?? (result.hasRoot ? 'disk' : undefined)
    family.keys[npix % 4] = result.key
    if (--family.missing > 0) return
    families.delete(name)
    const { children, keys } = family
    await settle(order - 1, parent, () => {
      const address = { order: order - 1, npix: parent }
      return { kind: 'parent', work, ...address, children, keys, before: beforeOf(before, [address]) }
    })
  }

  await eachOf(coverage.subtrees, 2 * threads.count, async (subtree) => {
    await settle(subtree.order, subtree.npix, () => subtreeTask(work, subtree, images, before))
    deepest += subtree.tiles.length
    progress(deepest, coverage.tileCount)
  })
  if (!done.some(({ files }) => files.length > 0))
    throw new HipsBuildError('no-pixels', 'no image of the map has a defined pixel')
  return done
}

function beforeOf(
  before: OldTiles | undefined,
  addresses: Iterable<{ order: number; npix: number }>,
): Before | undefined {
  if (!before) return undefined
  const tiles: TileDone[] = []
  for (const address of addresses) {
    const tile = before.tiles.get(tileName(address))
    if (tile) tiles.push(tile)
  }
  return { folder: before.folder, tiles }
}

/** The tiles of a subtree, each once. */
function* addressesOf({ order: top, tiles }: Subtree, deepest: number): Generator<{ order: number; npix: number }> {
  let level = new Set(tiles)
  for (let order = deepest; order >= top; order--) {
    for (const npix of level) yield { order, npix }
    level = new Set([...level].map((npix) => Math.floor(npix / 4)))
  }
}

/** Only the images that the subtree uses travel to the thread, and only its own old tiles. */
function subtreeTask(work: MapWork, subtree: Subtree, images: readonly RenderImage[], before?: OldTiles): Task {
  const used = [...new Set(subtree.images.flat())].sort((a, b) => a - b)
  const place = new Map(used.map((image, i) => [image, i]))
  return {
    kind: 'subtree',
    work,
    subtree: { ...subtree, images: subtree.images.map((list) => list.map((image) => place.get(image) as number)) },
    images: used.map((image) => images[image]),
    before: beforeOf(before, addressesOf(subtree, work.order)),
  }
}

function expectedFamilies({ subtrees }: Coverage): Map<string, Family> {
  const families = new Map<string, Family>()
  let level = new Set(subtrees.map(({ npix }) => npix))
  for (let order = subtrees[0].order; order > 0; order--) {
    const parents = new Set<number>()
    for (const npix of level) {
      const parent = Math.floor(npix / 4)
      parents.add(parent)
      const name = tileName({ order: order - 1, npix: parent })
      const family = families.get(name) ?? { children: [], keys: [], missing: 0 }
      family.missing++
      families.set(name, family)
    }
    level = parents
  }
  return families
}
