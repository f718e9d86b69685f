// The JSON table of an `lsst.images` file: one object tree that says instrument, visit, filter and times; the planes are
// ordinary image HDUs beside it. Only the first row is read. (Layout: the lsst.images package, FMTVER 1.)

import { FitsError, type Hdu, readBinTable } from '#src/fits'
import type { ByteSource } from '#src/storage'
import { bandNamed } from './bands.ts'
import type { Described } from './describe.ts'
import { taiToUtc } from './time.ts'

export type LsstTree = Readonly<Record<string, unknown>>

const MAX_JSON_BYTES = 64 * 2 ** 20

/** The HDU that holds the tree, where the file is of that kind. */
export function treeHdu(hdus: readonly Hdu[]): Hdu | undefined {
  if (!hdus[0]?.header.has('JSONADDR')) return undefined
  return hdus.find(({ kind, name }) => kind === 'bintable' && name === 'JSON')
}

export async function readTree(source: ByteSource, hdu: Hdu): Promise<LsstTree | undefined> {
  if (hdu.dataLength > MAX_JSON_BYTES)
    throw new FitsError('too-large', `the JSON table takes ${hdu.dataLength} bytes, ${MAX_JSON_BYTES} are read`)
  const table = await readBinTable(source, hdu)
  const cell = table.columns.find(({ name }) => name === 'JSON')?.values[0]
  if (cell === undefined) return undefined
  const text = typeof cell === 'string' ? cell : new TextDecoder().decode(Uint8Array.from(cell as Uint8Array))
  return parseTree(text)
}

/** JSON as Python writes it: NaN and Infinity, which JSON has not, become null. */
function parseTree(text: string): LsstTree | undefined {
  const json = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) => (token[0] === '"' ? token : 'null'))
  try {
    const tree: unknown = JSON.parse(json)
    return typeof tree === 'object' && tree !== null ? (tree as LsstTree) : undefined
  } catch {
    throw new FitsError('bad-data', 'the JSON table holds no JSON')
  }
}

export function describeTree(tree: LsstTree): Described {
  const info = record(tree.obs_info)
  const frame = record(list(record(record(tree.sky_projection).pixel_to_sky).frames)[0])
  const patch = record(tree.patch)
  const begin = mjdUtc(info.datetime_begin)
  const end = mjdUtc(info.datetime_end)
  const filter = text(tree.band) ?? text(info.physical_filter)
  return {
    ...(filter === undefined ? {} : bandNamed(filter)),
    targetName: text(info.object),
    obsId: text(info.observation_id),
    facility: text(info.telescope),
    instrument: text(info.instrument) ?? text(frame.instrument),
    tMinMjd: begin,
    tMaxMjd: end,
    exptimeS: number(info.exposure_time),
    visit: number(frame.visit) ?? number(info.visit_id),
    detector: number(frame.detector) ?? number(info.detector_num),
    tract: number(frame.tract) ?? number(patch.tract),
    patch: patch.id === undefined ? undefined : String(patch.id),
    calibLevel: frame.tract === undefined && patch.id === undefined ? 2 : 3,
  }
}

/** astropy's [jd1, jd2] in TAI -> MJD in UTC. */
function mjdUtc(value: unknown): number | undefined {
  const [jd1, jd2] = list(value).map(number)
  return jd1 === undefined || jd2 === undefined ? undefined : taiToUtc(jd1 - 2_400_000.5 + jd2)
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined)
const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
