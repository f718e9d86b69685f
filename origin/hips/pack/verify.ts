// `skyedge hips verify`: every tile of a map is read and checked, in constant memory, packed or not: checksums, how its
// format begins and ends, DATASUM, the check codes of `properties`, and the MOC against what is there.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  CheckWalk,
  checkCodeFor,
  type PackAddress,
  PackError,
  packName,
  parseProperties,
  type TileFormat,
} from '#src/hips'
import { parseMocJson } from '#src/moc'
import { StorageError } from '#src/storage'
import type { MapRecord } from '../../catalog/store.ts'
import { HipsBuildError } from '../errors.ts'
import { hipsFolderOf } from '../map-folder.ts'
import { readRecipe } from '../recipe.ts'
import { CoverageCheck } from './coverage.ts'
import { mapRecord, type PackWorld } from './place.ts'
import { faultOf } from './soundness.ts'
import { openPack, packsIn, tilesIn } from './tiles.ts'
import { ordersIn, pathOf, survey, tilesOfOrder } from './walk.ts'

export interface Finding {
  /** Below the map's root. */
  readonly file: string
  readonly fault: string
}

export interface VerifyResult {
  readonly map: string
  readonly tiles: number
  readonly bytes: number
  readonly faults: number
  /** The first of them. */
  readonly findings: readonly Finding[]
  /** What could not be checked. */
  readonly notes: readonly string[]
}

/** Findings that are listed; the rest is counted. */
const LISTED = 1000

interface Seen {
  readonly address: PackAddress
  readonly sizeBytes: number
  readonly bytes: Uint8Array | undefined
  /** Found out already. */
  readonly fault?: string
}

type Report = (file: string, fault: string) => void

export async function verifyMap(map: string, world: PackWorld): Promise<VerifyResult> {
  const record = await mapRecord(world, map)
  const folder = join(hipsFolderOf(world.dataFolder), record.folder)
  const findings: Finding[] = []
  let faults = 0
  const report: Report = (file, fault) => {
    faults++
    if (findings.length < LISTED) findings.push({ file, fault })
  }
  const notes: string[] = []
  const recipe = (record.made ?? 'built') === 'built' ? await readRecipe(folder).catch(() => undefined) : undefined
  const onDemand = recipe?.skipDeepest === true && record.layout?.kind !== 'packed'
  if (onDemand)
    notes.push(`tiles of order ${record.order} are made when they are asked for: only those that were are checked`)
  const properties = propertiesOf(folder, report)
  const hipsCheckCode = properties?.get('hips_check_code')
  if (properties && hipsCheckCode === undefined) notes.push('properties have no hips_check_code')
  const moc = parseMocJson(JSON.parse(record.tiles ?? record.moc))
  // What others made may lack tiles; theirs says where one can be, not that there is one.
  const mayLack = record.tiles !== undefined
  const [from, to] = [mayLack ? record.order + 1 : (record.orderMin ?? 0), onDemand ? record.order - 1 : record.order]
  const sum = { tiles: 0, bytes: 0 }
  const total = await countTiles(record, folder)
  for (const format of record.formats) {
    const walk = new CheckWalk()
    const coverage = new CoverageCheck(moc, { from, to }, (order, npix) =>
      report(pathOf(format, { order, npix }), 'is missing: the MOC covers it'),
    )
    for await (const { address, sizeBytes, bytes, fault } of tilesOf(record, folder, format, report)) {
      const file = pathOf(format, address)
      if ('allsky' in address) walk.addAllsky(address.allsky, sizeBytes)
      else {
        walk.add(address.order, address.npix, sizeBytes)
        if (!coverage.add(address.order, address.npix)) report(file, 'lies outside of the MOC')
      }
      const wrong = fault ?? (bytes && (await faultOf(format, bytes)))
      if (wrong) report(file, wrong)
      sum.tiles++
      world.progress?.(sum.tiles, Math.max(total, sum.tiles))
    }
    coverage.end()
    sum.bytes += walk.bytes
    const said = hipsCheckCode === undefined ? undefined : checkCodeFor(format, hipsCheckCode)
    // Hipsgen says jpeg:0, as it looks for files that end so.
    const isSaid = said !== undefined && !(format === 'jpg' && said === 0)
    if (isSaid && !onDemand && said !== walk.code())
      report('properties', `says hips_check_code ${format}:${said}, the tiles have ${walk.code()}`)
  }
  return { map, ...sum, faults, findings, notes }
}

function propertiesOf(folder: string, report: Report) {
  try {
    return parseProperties(readFileSync(join(folder, 'properties'), 'utf8'))
  } catch {
    report('properties', 'cannot be read')
    return undefined
  }
}

/** For the progress; a pack whose head is damaged counts nothing. */
async function countTiles({ layout, formats }: MapRecord, folder: string): Promise<number> {
  let total = 0
  if (layout?.kind !== 'packed') for (const count of survey(folder, formats, () => {}).values()) total += count
  else
    for (const pack of packsIn(join(folder, 'packs')))
      total += await openPack(pack).then(
        ({ directory }) => directory.tiles,
        () => 0,
      )
  return total
}

async function* tilesOf(
  { layout = { kind: 'tree' } }: MapRecord,
  folder: string,
  format: TileFormat,
  report: Report,
): AsyncGenerator<Seen> {
  if (layout.kind === 'tree') yield* tilesOfTree(folder, format)
  else if (layout.kind === 'packed') yield* tilesOfPacks(folder, format, layout.shardOrder, report)
  else throw new HipsBuildError('bad-option', 'tiles that are kept elsewhere cannot be verified here')
}

function* tilesOfTree(folder: string, format: TileFormat): Generator<Seen> {
  const read = (address: PackAddress): Seen => {
    const path = join(folder, pathOf(format, address))
    try {
      const bytes = readFileSync(path)
      return { address, bytes, sizeBytes: bytes.length }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'an error'
      return { address, bytes: undefined, sizeBytes: 0, fault: `cannot be read (${code})` }
    }
  }
  for (const order of ordersIn(folder))
    for (const npix of tilesOfOrder(folder, order, format)) yield read({ order, npix })
  for (let allsky = 0; allsky <= 3; allsky++)
    if (statSync(join(folder, pathOf(format, { allsky })), { throwIfNoEntry: false })) yield read({ allsky })
}

async function* tilesOfPacks(
  folder: string,
  format: TileFormat,
  shardOrder: number,
  report: Report,
): AsyncGenerator<Seen> {
  const packs = packsIn(join(folder, 'packs')).filter((pack) => pack.format === format)
  if (!packs.some(({ root }) => root === 'top')) report(`packs/${packName(format, shardOrder, 'top')}`, 'is missing')
  for (const pack of packs) {
    try {
      for await (const { address, bytes, isSound } of tilesIn(await openPack(pack)))
        yield {
          address,
          bytes,
          sizeBytes: bytes.length,
          ...(!isSound && { fault: 'does not agree with its checksum' }),
        }
    } catch (error) {
      if (!(error instanceof PackError || error instanceof StorageError)) throw error
      report(`packs/${pack.name}`, error.message)
    }
  }
}
