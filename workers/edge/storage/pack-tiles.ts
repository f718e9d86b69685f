// Tiles out of packs in the object store, as if the origin had answered: a cold tile costs two reads, one of a pack whose
// directory is here one. Everything is checked against the pack's checksums. A store that is away, slow or wrong has
// nothing: the origin is asked, within a bounded time, and it is counted.

import { PackCache, PackError, PackReader, packFor, packName, shapeOf, type TileFormat, tileMediaType } from '#src/hips'
import { type RangeSource, StorageError } from '#src/storage'
import { sha256 } from '../digest.ts'
import type { Visit } from '../visit.ts'

export type OpenPack = (key: string) => RangeSource

/** Where a map's packs lie, and its deepest order. */
export interface PackedMap {
  readonly packs?: {
    readonly prefix: string
    readonly shardOrder: number
    /** Of the longest head, where it is known: the first read asks for no more. */
    readonly headBytes?: number
  }
  readonly order: number
}

export type PackedAddress = { readonly format: TileFormat } & (
  | { readonly order: number; readonly npix: number }
  | { readonly allsky: number }
)

/** `hit`: served. `absent`: no such tile or pack. `corrupt`: not what its checksum says, or no pack. `late`: took too
 * long. `away`: the store failed. `resting`: not asked, as it failed a moment ago. `busy`: too much is being read. */
const PACK_OUTCOMES = ['hit', 'absent', 'corrupt', 'late', 'away', 'resting', 'busy'] as const
export type PackOutcome = (typeof PACK_OUTCOMES)[number]

export interface PackTilesOptions {
  /** Unix ms. */
  readonly clock: () => number
  /** Of directories that are kept, default 16 MiB. */
  readonly memoryBytes?: number
  /** From the request for a tile until the origin is asked instead, default 2 s. */
  readonly patienceMs?: number
}

/** Longer directories are for the origin: 100,000 tiles in one pack. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024
/** A tile is in memory while its checksum is taken: larger ones, and more than that at a time, are for the origin. */
const MAX_TILE_BYTES = 8 * 1024 * 1024
const MAX_READING_BYTES = 24 * 1024 * 1024
/** After so many failures in a row the store is left alone for a while: not every miss should wait for it. */
const FAILURES = 3
const REST_MS = 10_000

export class PackTiles {
  readonly counts: Record<PackOutcome, number>
  readonly #open: OpenPack
  readonly #clock: () => number
  readonly #patienceMs: number
  readonly #packs: PackCache
  readonly #slow = new WeakSet<PackReader>()
  #readingBytes = 0
  #failures = 0
  #restUntilMs = 0

  constructor(open: OpenPack, { clock, memoryBytes = 16 * 1024 * 1024, patienceMs = 2_000 }: PackTilesOptions) {
    this.#open = open
    this.#clock = clock
    this.#patienceMs = patienceMs
    this.#packs = new PackCache({ maxBytes: memoryBytes })
    this.counts = Object.fromEntries(PACK_OUTCOMES.map((outcome) => [outcome, 0])) as Record<PackOutcome, number>
  }

  /** `undefined`: ask the origin. Never throws. */
  async tile({ packs, order }: PackedMap, address: PackedAddress, visit: Visit): Promise<Response | undefined> {
    if (!packs) return undefined
    if (this.#clock() < this.#restUntilMs) return this.#without('resting')
    const { prefix, shardOrder, headBytes } = packs
    const { format } = address
    const root = 'allsky' in address ? 'top' : packFor(address, shardOrder)
    const key = `${prefix}/${packName(format, shardOrder, root)}`
    const shape = shapeOf(format, { shardOrder, order }, root)
    const options = { sha256, shape, maxHeadBytes: MAX_HEAD_BYTES, ...(headBytes && { firstReadBytes: headBytes }) }
    const reader = this.#packs.get(key, () => PackReader.open(this.#open(key), options))
    const reading = this.#read(reader, address)
    // The directory is for others too: it comes to its end also when this client goes away.
    visit.waitUntil(reading.catch(() => undefined))
    let timer: number | null = null
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.#patienceMs)
    })
    try {
      const found = await Promise.race([reading, late])
      if (found === 'late') return this.#late(reader, key, visit)
      this.#failures = 0
      return typeof found === 'string' ? this.#without(found) : this.#with(found)
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome === 'absent') return this.#without('absent')
      return this.#failed(outcome, key, visit, error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** In this order: a tile that is not there, or that is too large, is not read. */
  async #read(reader: PackReader, address: PackedAddress): Promise<Response | 'absent' | 'busy'> {
    const known = await reader.look(address)
    if (!known) return 'absent'
    const { sizeBytes } = known
    if (sizeBytes > MAX_TILE_BYTES || this.#readingBytes + sizeBytes > MAX_READING_BYTES) return 'busy'
    this.#readingBytes += sizeBytes
    try {
      const tile = await reader.read(address)
      if (!tile) return 'absent'
      return new Response(tile.bytes as Uint8Array<ArrayBuffer>, {
        headers: {
          'content-type': tileMediaType(address.format),
          'content-length': String(tile.bytes.length),
          etag: tile.etag,
          'last-modified': new Date(tile.modifiedMs).toUTCString(),
        },
      })
    } finally {
      this.#readingBytes -= sizeBytes
    }
  }

  /** Slow once, it may be here for the next one who asks; slow twice, it is opened anew: perhaps it never comes. */
  #late(reader: PackReader, key: string, visit: Visit): undefined {
    if (this.#slow.has(reader)) this.#packs.delete(key)
    this.#slow.add(reader)
    return this.#failed('late', key, visit)
  }

  #with(found: Response): Response {
    this.counts.hit++
    return found
  }

  #without(outcome: PackOutcome): undefined {
    this.counts[outcome]++
  }

  #failed(outcome: 'corrupt' | 'late' | 'away', key: string, visit: Visit, error?: unknown): undefined {
    this.counts[outcome]++
    console.error(JSON.stringify({ requestId: visit.requestId, pack: key, outcome, error: error && String(error) }))
    // One damaged pack says nothing of the others.
    if (outcome === 'corrupt') return
    this.#failures++
    if (this.#failures >= FAILURES) this.#restUntilMs = this.#clock() + REST_MS
  }
}

function outcomeOf(error: unknown): 'absent' | 'corrupt' | 'away' {
  if (error instanceof PackError) return 'corrupt'
  if (error instanceof StorageError && error.code === 'absent') return 'absent'
  return error instanceof StorageError && (error.code === 'short' || error.code === 'changed') ? 'corrupt' : 'away'
}
