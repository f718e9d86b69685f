// Runs a map's tiles through the threads: subtrees first, each ancestor as soon as its children are there.
// In flight at any time: two tasks a thread, and for each order above the subtrees at most four planes that wait.

import { HipsBuildError } from './errors.ts'
import type { RenderImage } from './images.ts'
import type { Coverage, Subtree } from './plan.ts'
import type { Threads } from './threads.ts'
import type { MapWork, Task, TaskDone, TileDone } from './work.ts'

export type Progress = (done: number, total: number) => void

interface Family {
  readonly children: (Float32Array | undefined)[]
  missing: number
}

export async function makePyramid(
  threads: Threads,
  work: MapWork,
  coverage: Coverage,
  images: readonly RenderImage[],
  progress: Progress = () => {},
): Promise<TileDone[]> {
  const done: TileDone[] = []
  const families = expectedFamilies(coverage)
  let deepest = 0

  const settle = async (order: number, npix: number, result: TaskDone): Promise<void> => {
    done.push(...result.tiles)
    if (order === 0) return
    const parent = Math.floor(npix / 4)
    const name = `${order - 1}/${parent}`
    const family = families.get(name) as Family
    family.children[npix % 4] = result.root
    if (--family.missing > 0) return
    families.delete(name)
    const children = family.children
    await settle(
      order - 1,
      parent,
      await threads.run({ kind: 'parent', work, order: order - 1, npix: parent, children }),
    )
  }

  await inParallel(coverage.subtrees, 2 * threads.count, async (subtree) => {
    const result = await threads.run(subtreeTask(work, subtree, images))
    deepest += subtree.tiles.length
    progress(deepest, coverage.tileCount)
    await settle(subtree.order, subtree.npix, result)
  })
  if (done.length === 0) throw new HipsBuildError('no-pixels', 'no image of the map has a defined pixel')
  return done
}

/** Only the images that the subtree uses travel to the thread. */
function subtreeTask(work: MapWork, subtree: Subtree, images: readonly RenderImage[]): Task {
  const used = [...new Set(subtree.images.flat())].sort((a, b) => a - b)
  const place = new Map(used.map((image, i) => [image, i]))
  return {
    kind: 'subtree',
    work,
    subtree: { ...subtree, images: subtree.images.map((list) => list.map((image) => place.get(image) as number)) },
    images: used.map((image) => images[image]),
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
      const name = `${order - 1}/${parent}`
      const family = families.get(name) ?? { children: [undefined, undefined, undefined, undefined], missing: 0 }
      family.missing++
      families.set(name, family)
    }
    level = parents
  }
  return families
}

/** Starts the items in order, `limit` at a time; the first failure stops the rest and is thrown when all have settled. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  one: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  let failure: { error: unknown } | undefined
  const lane = async () => {
    while (next < items.length && !failure) {
      try {
        await one(items[next++])
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane))
  if (failure) throw failure.error
}
