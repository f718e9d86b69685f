// The last step of taking a map in: what our node adds is written beside its files, the folder takes its place by one
// rename of a link, and the catalogue learns of it. `properties` stay as they are given.
// Ours: index.html (a foreign page would run in our users' session), Moc.fits where there is no good one, public/.

import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type OthersMap, readOthersMap, type TileFormat } from '#src/hips'
import { degrade, type Moc, mocJson, readMocFits, skyFraction, writeMocFits } from '#src/moc'
import { degToRad } from '#src/sky'
import type { Catalog, MapLayout, MapRecord, ProductRights } from '../../catalog/store.ts'
import { indexHtml } from '../describe.ts'
import { newGeneration } from '../generation.ts'
import { takePlace } from '../map-folder.ts'
import { writeWhole } from '../tile-files.ts'
import { type View, viewOf } from '../view.ts'
import { OthersError } from './errors.ts'
import { bounded, inFrame } from './tiles.ts'

export interface Placing {
  readonly catalog: Catalog
  /** SKYEDGE_DATA/hips */
  readonly hipsFolder: string
  /** Where the files are now. */
  readonly folder: string
  readonly map: string
  readonly rights: ProductRights
  readonly made: 'imported' | 'mirrored'
  readonly layout?: MapLayout
  readonly formats: readonly TileFormat[]
  readonly orderMin: number
  readonly order: number
  /** Cells that may have a tile, and those of the deepest tiles: both in the map's own frame. */
  readonly where: Moc
  readonly covered: Moc
  readonly nowMs: number
  /** The folder has its lasting name already, and stays: another description of what is kept there. */
  readonly staysAt?: string
}

export interface Placed {
  readonly record: MapRecord
  /** What the operator should know, a sentence each. */
  readonly notes: readonly string[]
}

export async function place(placing: Placing): Promise<Placed> {
  const { catalog, hipsFolder, folder, map, rights, made, layout, formats, orderMin, order, nowMs } = placing
  const notes: string[] = []
  const text = await readFile(join(folder, 'properties'))
  const others = readOthersMap(new TextDecoder().decode(text))
  const moc = await coverage(placing, others, notes)
  const isOpen = rights.access === 'public'
  writeWhole(join(folder, 'index.html'), indexHtml(others.title, viewSaid(others) ?? viewOf(moc)), nowMs)
  // The public endpoint of a map that is everybody's is the map itself, byte by byte.
  if (isOpen) for (const name of ['properties', 'Moc.fits']) await alsoPublic(folder, name)

  const generation = newGeneration(nowMs)
  const before = await catalog.map(map)
  const at = placing.staysAt ?? `${map}@${generation}`
  if (placing.staysAt === undefined) await takePlace(hipsFolder, folder, map, at)
  const record: MapRecord = {
    map,
    title: others.title,
    release: rights.release,
    order,
    publicOrder: isOpen ? order : -1,
    orderMin,
    formats,
    made,
    ...(layout && { layout }),
    folder: at,
    generation,
    bands: [],
    collections: [],
    rights,
    tileWidth: others.tileWidth,
    mocOrder: moc.order,
    moc: JSON.stringify(mocJson(moc)),
    tiles: JSON.stringify(mocJson(placing.where)),
    ...(others.pixelCut && { pixelCut: others.pixelCut }),
    skyFraction: skyFraction(moc),
    modifiedMs: nowMs,
  }
  await catalog.putMap(record)
  if (before && before.folder !== at) await rm(join(hipsFolder, before.folder), { recursive: true, force: true })
  return { record, notes }
}

/** In ICRS: what Moc.fits says where it can be read, else what the tiles cover; Moc.fits is there afterwards. */
async function coverage({ folder, covered, nowMs }: Placing, others: OthersMap, notes: string[]): Promise<Moc> {
  const file = join(folder, 'Moc.fits')
  const bytes = await readFile(file).catch(() => undefined)
  const computed = bounded(inFrame(covered, others.frame, 'equatorial'))
  if (bytes) {
    try {
      const said = readMocFits(bytes)
      const share = skyFraction(degrade(said, computed.order)) / Math.max(skyFraction(computed), Number.MIN_VALUE)
      if (others.frame === 'equatorial' && !(share > 0.5 && share < 2))
        notes.push(`Moc.fits covers ${share.toPrecision(2)} times the sky of the deepest tiles`)
      return bounded(said)
    } catch {
      if (others.frame !== 'equatorial') return computed
      notes.push('Moc.fits cannot be read: one computed from the tiles is served instead')
    }
  }
  writeWhole(file, writeMocFits(computed), nowMs)
  return computed
}

function viewSaid({ properties }: OthersMap): View | undefined {
  const [ra, dec, fov] = ['ra', 'dec', 'fov'].map((word) =>
    Number(properties.get(`hips_initial_${word}`) || Number.NaN),
  )
  if (!(ra >= 0 && ra <= 360 && Math.abs(dec) <= 90 && fov > 0)) return undefined
  return { lonRad: degToRad(ra), latRad: degToRad(dec), fovRad: degToRad(Math.min(180, fov)) }
}

async function alsoPublic(folder: string, name: string): Promise<void> {
  const [bytes, { mtimeMs }] = await Promise.all([readFile(join(folder, name)), stat(join(folder, name))])
  writeWhole(join(folder, 'public', name), bytes, mtimeMs)
}

/** Who may see it: what the operator says, which must not be more than the map itself says. */
export function rightsOfOthers(
  { status }: OthersMap,
  { access, release }: { access?: 'public' | 'proprietary'; release?: string },
): ProductRights {
  const wanted = access ?? (status.access === 'private' ? 'proprietary' : 'public')
  if (wanted === 'public' && status.access === 'private')
    throw new OthersError('bad-option', 'the hips_status of the map says private, so it cannot be made public')
  if (wanted === 'proprietary' && !release)
    throw new OthersError('bad-option', 'who may see a proprietary map follows from its release: name it (--release)')
  return { access: wanted, release: release ?? 'others' }
}
