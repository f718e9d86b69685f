// Every band of a collection as a map of its own, and a colour map of three of them: one command for a release.
// Two maps at a time share the threads, so that one is measured while the other is drawn.

import type { Catalog } from '../catalog/store.ts'
import { type BuildOptions, type BuildResult, type BuildWorld, buildMap, withThreads } from './build.ts'
import { buildColourMap } from './colour.ts'
import { eachOf } from './each-of.ts'
import { HipsBuildError } from './errors.ts'
import type { Progress } from './pyramid.ts'
import { nothingIn } from './sources.ts'

export interface BandsOptions extends Omit<BuildOptions, 'map' | 'band'> {
  /** The maps are `{prefix}/{band}` and `{prefix}/color`. */
  readonly prefix: string
  /** Shortest wavelength first. */
  readonly color?: readonly [string, string, string]
}

const AT_A_TIME = 2

export async function bandsOf(catalog: Catalog, collections: readonly string[]): Promise<string[]> {
  const parts = (await catalog.collections()).filter(({ collection }) => collections.includes(collection))
  return [...new Set(parts.flatMap(({ bands }) => bands))]
}

export async function buildBands(
  { prefix, color, ...options }: BandsOptions,
  world: BuildWorld,
  progressOf: (map: string) => Progress | undefined = () => undefined,
): Promise<BuildResult[]> {
  const bands = await bandsOf(world.catalog, options.from)
  const missing = color?.find((band) => !bands.includes(band))
  if (bands.length === 0)
    throw new HipsBuildError('bad-option', await nothingIn(world.catalog, options.from[0] ?? '', undefined))
  if (missing !== undefined)
    throw new HipsBuildError('bad-option', `there is no image of band ${missing}, only of ${bands.join(', ')}`)
  const named = (map: string, what: string) => ({
    options: { ...options, map, title: `${options.title ?? options.from.join(', ')} ${what}` },
    world: { ...world, progress: progressOf(map) },
  })
  return withThreads(options.threads, async (threads) => {
    const results = new Map<string, BuildResult>()
    await eachOf(bands, AT_A_TIME, async (band) => {
      const { options, world } = named(`${prefix}/${band}`, band)
      results.set(band, await buildMap({ ...options, band, threads }, world))
    })
    const made = bands.map((band) => results.get(band) as BuildResult)
    if (!color) return made
    const { options, world } = named(`${prefix}/color`, 'colour')
    const sources = color.map((band) => `${prefix}/${band}`) as [string, string, string]
    const { order: _, ...forColour } = options
    return [...made, await buildColourMap({ ...forColour, threads }, sources, world)]
  })
}
