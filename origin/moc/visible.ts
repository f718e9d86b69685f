// Which coverage a caller may be told. Of images: what lies in the parts of the archive that the caller may see. Of a map: all of it
// with its rights, else that of its public tier. What lies behind images that are hidden is told only as coarsely as
// the public tiers of the maps made of them tell it to everybody.

import { degrade, type Moc, parseMocJson } from '#src/moc'
import { decide, type Principal } from '#src/rights'
import type { MocKind, MocName } from '#src/services'
import type { MapRecord } from '../catalog/store.ts'
import type { CoveragePart } from './coverage.ts'

/** A piece of an answer. */
export interface MocPiece {
  readonly moc: () => Moc
  /** Changes with the cells. */
  readonly tag: string
  readonly changedMs: number
  /** Everybody may see it. */
  readonly public: boolean
}

export interface Archive {
  readonly maps: readonly MapRecord[]
  readonly parts: readonly CoveragePart[]
}

export interface Asking {
  readonly principal: Principal
  readonly nowMs: number
}

/** Undefined where there is nothing of this name for this caller. */
export function piecesOf({ kind, name }: MocName, { maps, parts }: Archive, asking: Asking): MocPiece[] | undefined {
  if (kind === 'map') {
    const record = maps.find(({ map }) => map === name)
    return record && isKnown(record, asking) ? [mapPiece(record, asking)] : undefined
  }
  const pieces: MocPiece[] = []
  for (const part of parts) {
    if (!ofPart[kind](part, name)) continue
    const decision = decide(asking.principal, part.rights, asking.nowMs)
    if (decision.outcome === 'allow') pieces.push(partPiece(part, decision.public))
  }
  for (const record of maps) {
    if (!ofMap[kind](record, name) || !isKnown(record, asking)) continue
    const open = decide(asking.principal, record.rights, asking.nowMs).outcome === 'allow'
    // Its images are among the parts then.
    if (open && (record.made ?? 'built') === 'built') continue
    pieces.push(mapPiece(record, asking))
  }
  return pieces.length > 0 ? pieces : undefined
}

/** Some maps have no public tier: of those only who may see them knows. */
export const hasPublicTier = ({ publicOrder, orderMin = 0 }: MapRecord): boolean => publicOrder >= orderMin
const isKnown = (record: MapRecord, { principal, nowMs }: Asking): boolean =>
  hasPublicTier(record) || decide(principal, record.rights, nowMs).outcome === 'allow'

type NotMap = Exclude<MocKind, 'map'>

const ofPart: Readonly<Record<NotMap, (part: CoveragePart, name: string) => boolean>> = {
  release: ({ release }, name) => release === name,
  band: ({ band }, name) => band === name,
  collection: ({ collection }, name) => collection === name,
}

const ofMap: Readonly<Record<NotMap, (record: MapRecord, name: string) => boolean>> = {
  release: ({ release }, name) => release === name,
  // A colour map says nothing of one band.
  band: ({ bands }, name) => bands.length === 1 && bands[0] === name,
  collection: ({ collections }, name) => collections.includes(name),
}

function mapPiece(record: MapRecord, { principal, nowMs }: Asking): MocPiece {
  const { generation, modifiedMs, rights, map } = record
  const decision = decide(principal, rights, nowMs)
  const allowed = decision.outcome === 'allow'
  return {
    moc: () => (allowed ? fullMoc(record) : publicMoc(record)),
    tag: `${map} ${generation} ${allowed ? 'full' : 'public'}`,
    changedMs: modifiedMs,
    public: !allowed || decision.public,
  }
}

const partPiece = (
  { collection, release, band, rights, moc, changedMs }: CoveragePart,
  isPublic: boolean,
): MocPiece => ({
  moc: () => moc,
  tag: JSON.stringify([release, collection, band ?? null, rights, changedMs]),
  changedMs,
  public: isPublic,
})

/** The order of a map is said by its record: cells alone may all be larger. */
const fullMoc = ({ moc, mocOrder }: MapRecord): Moc => withOrder(parseMocJson(JSON.parse(moc)), mocOrder)

export function publicMoc({ moc, publicMoc, publicOrder }: MapRecord): Moc {
  const stored = parseMocJson(JSON.parse(publicMoc ?? moc))
  return degrade(withOrder(stored, Math.max(stored.order, publicOrder)), publicOrder)
}

function withOrder(moc: Moc, order: number): Moc {
  if (moc.order >= order) return moc
  const scale = 4 ** (order - moc.order)
  return { order, ranges: moc.ranges.map((edge) => edge * scale) }
}

/** Every name that the caller may ask for, in order. */
export function namesOf(archive: Archive, asking: Asking): MocName[] {
  const { parts } = archive
  const maps = archive.maps.filter((record) => isKnown(record, asking))
  const seen = parts.filter(({ rights }) => decide(asking.principal, rights, asking.nowMs).outcome === 'allow')
  const sorted = (names: readonly (string | undefined)[]) =>
    [...new Set(names)].filter((name) => name !== undefined).sort()
  const single = maps.filter(({ bands }) => bands.length === 1)
  const names: Readonly<Record<MocKind, string[]>> = {
    map: sorted(maps.map(({ map }) => map)),
    release: sorted([...seen, ...maps].map(({ release }) => release)),
    band: sorted([...seen.map(({ band }) => band), ...single.map(({ bands }) => bands[0])]),
    collection: sorted([
      ...seen.map(({ collection }) => collection),
      ...maps.flatMap(({ collections }) => collections),
    ]),
  }
  return Object.entries(names).flatMap(([kind, list]) => list.map((name) => ({ kind: kind as MocKind, name })))
}
