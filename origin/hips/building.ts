// The folder a map is built in. It is named after the map and what decides its tiles, so that the same command finds
// what a killed one left; its header keeps the date and the generation that the map will have. Then the rename, and at
// any moment between it and the last step the same command goes on from there.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { MapRecord } from '../catalog/store.ts'
import { HipsBuildError } from './errors.ts'
import { newGeneration } from './generation.ts'
import { JOURNAL_FILE, Journal } from './journal.ts'
import { sweepNameless, sweepParts } from './map-folder.ts'
import { isAlive, type Owner, thisProcess } from './owner.ts'
import type { Recipe } from './recipe.ts'
import { ROOTS, writeWhole } from './tile-files.ts'

/** What a build is to make; the dates follow. */
export type Plan = Omit<Recipe, 'releasedMs' | 'createdMs'>

export interface Building {
  readonly folder: string
  /** Below the folder of maps: where the finished map lies. */
  readonly place: string
  readonly generation: string
  readonly releasedMs: number
  readonly journal: Journal
}

interface Header extends Owner {
  readonly key: string
  readonly releasedMs: number
  readonly generation: string
}

const HEADER = 'building.json'
const FOLDER = /^\.building-([0-9a-f]{16})-[0-9a-f]{24}$/
/** What another map's build left is waited for this long. */
const LEFT_MS = 7 * 86_400_000

/** Builds of this process. */
const running = new Set<string>()

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

/** Opens the folder for a plan, new or as a killed build left it. `end` gives it up: with what is in it, or without. */
export async function openBuilding(
  hipsFolder: string,
  map: string,
  plan: Plan,
  nowMs: number,
): Promise<{ building: Building; end: (keep: boolean) => Promise<void> }> {
  await mkdir(hipsFolder, { recursive: true })
  const { about: _, ...making } = plan
  const key = `${sha(map).slice(0, 16)}-${sha(JSON.stringify(making)).slice(0, 24)}`
  const folder = placed(hipsFolder, map, key) ?? join(hipsFolder, `.building-${key}`)
  const found = readHeader(folder)
  if (running.has(key) || (found && found.pid !== process.pid && isAlive(found)))
    throw new HipsBuildError('busy', `the map ${map} is being built by another process: wait for it, or stop it`)
  running.add(key)
  try {
    await sweepBuilds(hipsFolder, key, nowMs)
    await mkdir(folder, { recursive: true })
    const header: Header = {
      key,
      releasedMs: found?.releasedMs ?? Math.floor(nowMs / 1000) * 1000,
      generation: found?.generation ?? newGeneration(nowMs),
      ...thisProcess(),
    }
    if (found) await sweepParts(folder)
    writeWhole(join(folder, HEADER), JSON.stringify(header))
    const journal = new Journal({ ...plan, folder })
    const { generation, releasedMs } = header
    const end = async (keep: boolean) => {
      journal.close()
      running.delete(key)
      if (!keep) await rm(folder, { recursive: true, force: true })
    }
    return { building: { folder, place: `${map}@${generation}`, generation, releasedMs, journal }, end }
  } catch (error) {
    running.delete(key)
    throw error
  }
}

/** The marks of a build, which the finished map does without. */
async function removeMarks(folder: string): Promise<void> {
  for (const name of [JOURNAL_FILE, ROOTS, HEADER]) await rm(join(folder, name), { recursive: true, force: true })
}

/** Folders of earlier generations that a build which died between its last steps left beside the map. */
export async function sweepPlaces(hipsFolder: string, { map, folder }: MapRecord): Promise<void> {
  await removeMarks(join(hipsFolder, folder))
  const beside = join(hipsFolder, dirname(map))
  for (const name of await readdir(beside).catch(() => [])) {
    const path = join(beside, name)
    if (!name.startsWith(`${basename(map)}@`) || path === join(hipsFolder, folder)) continue
    const header = readHeader(path)
    if (existsSync(join(path, 'recipe.json')) && !(header && isAlive(header)))
      await rm(path, { recursive: true, force: true })
  }
}

/** A folder that had its lasting name already when the build was killed. */
function placed(hipsFolder: string, map: string, key: string): string | undefined {
  const beside = join(hipsFolder, dirname(map))
  if (!existsSync(beside)) return undefined
  return readdirSync(beside)
    .filter((name) => name.startsWith(`${basename(map)}@`))
    .map((name) => join(beside, name))
    .find((path) => readHeader(path)?.key === key)
}

async function sweepBuilds(hipsFolder: string, key: string, nowMs: number): Promise<void> {
  await sweepNameless(hipsFolder)
  for (const name of await readdir(hipsFolder)) {
    const path = join(hipsFolder, name)
    const map = FOLDER.exec(name)?.[1]
    if (map === undefined || name === `.building-${key}`) continue
    const header = readHeader(path)
    if (header && (running.has(header.key) || (header.pid !== process.pid && isAlive(header)))) continue
    const { mtimeMs } = await stat(path)
    if (key.startsWith(map) || nowMs - mtimeMs > LEFT_MS) await rm(path, { recursive: true, force: true })
  }
}

/** What builds of a map left, when it is removed; how many. A build that runs is left alone. */
export async function removeBuilds(hipsFolder: string, map: string): Promise<number> {
  let removed = 0
  for (const name of await readdir(hipsFolder).catch(() => [])) {
    if (FOLDER.exec(name)?.[1] !== sha(map).slice(0, 16)) continue
    const header = readHeader(join(hipsFolder, name))
    if (header && (running.has(header.key) || (header.pid !== process.pid && isAlive(header)))) continue
    await rm(join(hipsFolder, name), { recursive: true, force: true })
    removed++
  }
  return removed
}

function readHeader(folder: string): Header | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, HEADER), 'utf8')) as Header
  } catch {
    return undefined
  }
}
