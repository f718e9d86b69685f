// Where the images of the archive are: a coverage map for each collection, release, band and rights, kept in memory and
// in `SKYEDGE_DATA/moc`. New images are added to what is there; a collection is read anew only where an image was
// changed or taken away, as a union cannot be undone. Cells are those that a footprint touches.

import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { DaliError } from '#src/dali'
import { HealpixError } from '#src/healpix'
import { equal, type Moc, mocAscii, mocOfPolygon, parseMocAscii, union, unionOf } from '#src/moc'
import type { ProductRights } from '#src/rights'
import type { LonLat } from '#src/sky'
import type { OutlineRow } from '../catalog/outlines.ts'
import type { Catalog } from '../catalog/store.ts'

/** Cells of 51 arc seconds: a CCD of 0.2 degrees has some 250 of them. */
const COVERAGE_ORDER = 12

export interface CoveragePart {
  readonly collection: string
  readonly release: string
  readonly band?: string
  readonly rights: ProductRights
  readonly products: number
  readonly moc: Moc
  /** When it last became another map, Unix ms. */
  readonly changedMs: number
  readonly facilities: readonly string[]
  readonly instruments: readonly string[]
  readonly tMinMjd?: number
  readonly tMaxMjd?: number
  readonly emMinM?: number
  readonly emMaxM?: number
}

interface Collected {
  readonly collection: string
  readonly release: string
  readonly lastId: number
  readonly mark: string
  readonly parts: readonly CoveragePart[]
}

const FORMAT = 1
/** Rows between two breaths: a few hundredths of a second of work. */
const PAGE = 100
/** The catalogue is asked again after this long, or after this many times what the asking took. */
const CHECK_MS = 5_000
const CHECK_SHARE = 20
/** A request waits this long for what is not read yet. */
const PATIENCE_MS = 20_000

export class CoverageStore {
  readonly #catalog: Catalog
  readonly #folder: string
  readonly #clock: () => number
  readonly #known = new Map<string, Collected>()
  #parts: readonly CoveragePart[] | undefined
  #freshUntilMs = 0
  #work: Promise<readonly CoveragePart[]> | undefined

  constructor({ catalog, dataFolder, clock }: { catalog: Catalog; dataFolder: string; clock: () => number }) {
    this.#catalog = catalog
    this.#folder = join(dataFolder, 'moc')
    this.#clock = clock
  }

  /** Of all collections, whoever may see them. Throws DaliError `unavailable` while a large archive is read first. */
  async parts(): Promise<readonly CoveragePart[]> {
    if (this.#parts && performance.now() < this.#freshUntilMs) return this.#parts
    this.#work ??= this.#refresh().finally(() => {
      this.#work = undefined
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      const error = new DaliError('unavailable', 'the coverage of the archive is being computed', { retryAfterS: 30 })
      timer = setTimeout(() => reject(error), PATIENCE_MS)
    })
    // What it meets later is met again by the next request.
    this.#work.catch(() => undefined)
    return Promise.race([this.#work, late]).finally(() => clearTimeout(timer))
  }

  async #refresh(): Promise<readonly CoveragePart[]> {
    const start = performance.now()
    let reading = 0
    const names = new Map((await this.#catalog.collections()).map((part) => [keyOf(part), part]))
    for (const key of this.#known.keys()) if (!names.has(key)) this.#known.delete(key)
    for (const [key, { collection, release }] of names) {
      const before = this.#known.get(key) ?? (await this.#read(key))
      const current = await this.#catalog.outlineMark(collection, release)
      if (before?.mark === current.mark) {
        this.#known.set(key, before)
        continue
      }
      const from = performance.now()
      const seen = before && (await this.#catalog.outlineMark(collection, release, before.lastId))
      const grown = before !== undefined && seen?.mark === before.mark
      const base = grown ? before : { collection, release, lastId: 0, mark: '', parts: [] }
      const parts = await this.#collect(base, current.lastId)
      const next = { ...base, parts: unchanged(parts, before?.parts ?? []), lastId: current.lastId, mark: current.mark }
      await this.#write(key, next)
      this.#known.set(key, next)
      reading += performance.now() - from
    }
    this.#parts = [...this.#known.values()].flatMap(({ parts }) => parts)
    const now = performance.now()
    this.#freshUntilMs = now + Math.max(CHECK_MS, CHECK_SHARE * (now - start - reading))
    return this.#parts
  }

  /** The parts of `base` with the rows behind it, up to row `lastId`. */
  async #collect({ collection, release, lastId: after, parts }: Collected, lastId: number): Promise<CoveragePart[]> {
    const found = new Map<string, Facts>(parts.map((part) => [partKey(part), part]))
    const piles = new Map(parts.map((part) => [partKey(part), [part.moc]]))
    for (let at = after; at < lastId; ) {
      const rows = await this.#catalog.outlinesAfter(collection, release, { after: at, upTo: lastId, limit: PAGE })
      for (const [key, group] of Map.groupBy(rows, partKey)) {
        const pile = piles.get(key) ?? []
        piles.set(key, pile)
        pileUp(
          pile,
          unionOf(
            group.flatMap(({ footprint }) => cover(footprint)),
            COVERAGE_ORDER,
          ),
        )
        found.set(key, joined({ collection, release, ...found.get(key) }, group, this.#clock()))
      }
      if (rows.length < PAGE) break
      at = rows[rows.length - 1].id
      await breathe()
    }
    return [...found].map(([key, part]) => ({ ...part, moc: unionOf(piles.get(key) ?? [], COVERAGE_ORDER) }))
  }

  #file(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  }

  /** What an earlier process kept; undefined where there is none that can be used. */
  async #read(key: string): Promise<Collected | undefined> {
    try {
      const { format, order, kept } = JSON.parse(await readFile(this.#file(key), 'utf8'))
      if (format !== FORMAT || order !== COVERAGE_ORDER || keyOf(kept) !== key) return undefined
      const parts = kept.parts.map((part: { moc: string }) => ({ ...part, moc: parseMocAscii(part.moc) }))
      return { ...kept, parts }
    } catch {
      return undefined
    }
  }

  /** A disk that is full costs the next start its time, and nobody an answer. */
  async #write(key: string, collected: Collected): Promise<void> {
    const parts = collected.parts.map((part) => ({ ...part, moc: mocAscii(part.moc) }))
    const text = JSON.stringify({ format: FORMAT, order: COVERAGE_ORDER, kept: { ...collected, parts } })
    const temporary = `${this.#file(key)}.${process.pid}.part`
    try {
      await mkdir(this.#folder, { recursive: true })
      await writeFile(temporary, text)
      await rename(temporary, this.#file(key))
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined)
    }
  }
}

const keyOf = ({ collection, release }: { readonly collection: string; readonly release: string }) =>
  JSON.stringify([release, collection])
const partKey = ({ band, rights }: Pick<CoveragePart, 'band' | 'rights'>) => JSON.stringify([band ?? null, rights])

type Facts = Omit<CoveragePart, 'moc'>
type Start = Pick<Facts, 'collection' | 'release'> & Partial<Facts>

/** Maps in the pile halve from one to the next, so that each is joined a few times, not with all that came before. */
function pileUp(pile: Moc[], moc: Moc): void {
  let top = moc
  for (let last = pile.at(-1); last && last.ranges.length < 2 * top.ranges.length; last = pile.at(-1)) {
    pile.pop()
    top = union(last, top)
  }
  pile.push(top)
}

function joined(start: Start, rows: readonly OutlineRow[], nowMs: number): Facts {
  const { band, rights } = rows[0]
  const least = (pick: (row: OutlineRow) => number | undefined, before?: number) =>
    extreme(rows, pick, before, Math.min)
  const most = (pick: (row: OutlineRow) => number | undefined, before?: number) => extreme(rows, pick, before, Math.max)
  return {
    collection: start.collection,
    release: start.release,
    band,
    rights,
    products: (start.products ?? 0) + rows.length,
    changedMs: nowMs,
    facilities: distinct(start.facilities, rows, ({ facility }) => facility),
    instruments: distinct(start.instruments, rows, ({ instrument }) => instrument),
    tMinMjd: least(({ tMinMjd }) => tMinMjd, start.tMinMjd),
    tMaxMjd: most(({ tMaxMjd }) => tMaxMjd, start.tMaxMjd),
    emMinM: least(({ emMinM }) => emMinM, start.emMinM),
    emMaxM: most(({ emMaxM }) => emMaxM, start.emMaxM),
  }
}

/** Coarser where it has too many cells, none where it is no area. */
function cover(footprint: readonly LonLat[]): Moc[] {
  if (footprint.length < 3) return []
  for (const order of [COVERAGE_ORDER, COVERAGE_ORDER - 4, COVERAGE_ORDER - 8]) {
    try {
      return [mocOfPolygon(order, footprint)]
    } catch (error) {
      if (!(error instanceof HealpixError)) throw error
    }
  }
  return []
}

/** Few: more than these say nothing to a reader. */
const MOST_NAMES = 16
function distinct(before: readonly string[] = [], rows: readonly OutlineRow[], pick: (row: OutlineRow) => string) {
  const names = new Set(before)
  for (const row of rows) if (pick(row) !== '') names.add(pick(row))
  return [...names].sort().slice(0, MOST_NAMES)
}

function extreme(
  rows: readonly OutlineRow[],
  pick: (row: OutlineRow) => number | undefined,
  before: number | undefined,
  choose: (a: number, b: number) => number,
): number | undefined {
  let value = before
  for (const row of rows) {
    const one = pick(row)
    if (one !== undefined) value = value === undefined ? one : choose(value, one)
  }
  return value
}

/** A part that came out as it was keeps its date. */
function unchanged(parts: readonly CoveragePart[], before: readonly CoveragePart[]): CoveragePart[] {
  const old = new Map(before.map((part) => [partKey(part), part]))
  return parts.map((part) => {
    const was = old.get(partKey(part))
    return was && equal(was.moc, part.moc) && facts(was) === facts(part) ? was : part
  })
}

const facts = ({ moc: _moc, changedMs: _when, ...rest }: CoveragePart) => JSON.stringify(rest, Object.keys(rest).sort())
