// What a build of a map that exists begins from: its recipe, its tiles where they may stand beside new ones, and
// whether anything is to be done at all.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalog, MapRecord } from '../catalog/store.ts'
import { type Building, openBuilding, type Plan, sweepPlaces } from './building.ts'
import { HipsBuildError } from './errors.ts'
import { keyOf } from './keys.ts'
import type { OldTiles } from './pyramid.ts'
import { makingOf, type Recipe, readRecipe } from './recipe.ts'
import { readTiles } from './tile-records.ts'

export interface OldMap {
  readonly record: MapRecord
  readonly recipe: Recipe
  readonly folder: string
}

/** The map as this node built it; undefined where there is none, or others' tiles. */
export async function oldMap(catalog: Catalog, hipsFolder: string, map: string): Promise<OldMap | undefined> {
  const record = await catalog.map(map)
  if (!record || (record.made ?? 'built') !== 'built') return undefined
  const folder = join(hipsFolder, record.folder)
  const recipe = await readRecipe(folder).catch(() => undefined)
  return recipe && { record, recipe, folder }
}

/** The tiles that may stand in the new map: of the same making, with values that ancestors can be made from. */
export async function tilesToKeep(old: OldMap | undefined, recipe: Recipe): Promise<OldTiles | undefined> {
  if (!old || makingOf(old.recipe) !== makingOf(recipe)) return undefined
  if ((old.record.layout?.kind ?? 'tree') !== 'tree') return undefined
  if (recipe.kind === 'images' && !recipe.formats.includes('fits')) return undefined
  const tiles = await readTiles(old.folder)
  return tiles && { folder: old.folder, tiles }
}

/** The same images in the same recipe, and nothing else to say of them. */
export function isUpToDate(old: OldMap | undefined, recipe: Recipe): boolean {
  const { releasedMs: _, createdMs: __, ...wanted } = recipe
  if (!old || !existsSync(join(old.folder, 'properties'))) return false
  const { releasedMs: ___, createdMs: ____, ...is } = old.recipe
  return JSON.stringify(sorted(is)) === JSON.stringify(sorted(wanted))
}

const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))

/** Digest of everything that is said about a map, but its dates. */
export const aboutOf = (facts: unknown): string => keyOf([JSON.stringify(facts)])

/** Kept where the same command can go on; a build that cannot succeed leaves nothing. */
const HOPELESS = new Set(['no-pixels', 'bad-name', 'bad-option', 'too-large'])
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Makes a map in its building folder; what was done before a failure is there for the next try. */
export async function inBuilding<T>(
  { hipsFolder, map, plan, nowMs }: { hipsFolder: string; map: string; plan: Plan; nowMs: number },
  make: (building: Building) => Promise<T>,
): Promise<T> {
  const { building, end } = await openBuilding(hipsFolder, map, plan, nowMs).catch(explain(map))
  try {
    const made = await make(building)
    await end(true)
    return made
  } catch (error) {
    await end(!(error instanceof HipsBuildError && HOPELESS.has(error.code)))
    return explain(map)(error)
  }
}

const explain =
  (map: string) =>
  (error: unknown): never => {
    if (!FULL.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    throw new HipsBuildError(
      'disk-full',
      `the disk is full: the map ${map} is as it was, and with more room the same command goes on where it stopped`,
      { cause: error },
    )
  }

/** What a build that was killed at its very end has left beside a finished map. */
export const tidy = (hipsFolder: string, old: OldMap): Promise<void> => sweepPlaces(hipsFolder, old.record)
