// A map whose tiles lie on another node: fetched when they are asked for, kept whole on disk, asked about again after a
// day, and served as they are while the node is away. One request a tile is sent however many ask for it; what the node
// does not have is not asked for again for some minutes. Beside each kept file its validators are noted (`.kept/`).

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DaliError } from '#src/dali'
import { isTileOf, parseAllskyPath, parseTilePath, type TileFormat } from '#src/hips'
import { contentEtag } from '../../digest.ts'
import type { MapFiles, StoredFile } from '../map-files.ts'
import { writeWhole } from '../tile-files.ts'
import { TreeFiles } from '../tree-files.ts'
import { OthersError } from './errors.ts'
import { MAX_ALLSKY, maxTile } from './limits.ts'
import { RemoteNode, type Seen } from './remote-node.ts'

export interface RemoteFilesOptions {
  readonly url: string
  readonly allowPrivate?: boolean
  /** Bytes of tiles that are kept. Default 20 GB. */
  readonly keepBytes?: number
  /** Absolute. */
  readonly folder: string
  readonly generation: string
  readonly tileWidth: number
  readonly clock: () => number
  /** Asks whether the map became another. */
  readonly refresh?: () => Promise<void>
}

interface Note extends Seen {
  readonly checkedMs: number
  readonly generation: string
}

const NOTES = '.kept'
const FRESH_MS = 86_400_000
const ABSENT_MS = 300_000
const MAX_ABSENT = 50_000
/** A node that did not answer is left alone for so long. */
const PAUSE_MS = 5_000
/** The map's properties are asked for again. */
const REFRESH_MS = 3_600_000
const PARALLEL = 16
const HASTE = { tries: 2, pauseMs: 200, longestPauseMs: 1_000 }
/** What is kept is not held back for longer by a node that is slow. */
const PATIENCE_MS = 2_000
/** Tiles on their way: beyond it a client is asked to come back. */
const MAX_WAITING = 500
const KEEP_BYTES = 20e9

export class RemoteFiles implements MapFiles {
  readonly generation: string
  readonly #options: RemoteFilesOptions
  readonly #kept: TreeFiles
  readonly #node: RemoteNode
  readonly #flights = new Map<string, Promise<StoredFile | undefined>>()
  readonly #absent = new Map<string, number>()
  /** What came as something else, and until when that is remembered. */
  readonly #wrong = new Map<string, number>()
  #awayUntilMs = 0
  #refreshedMs: number
  #bytes?: number

  constructor(options: RemoteFilesOptions) {
    const { url, allowPrivate, folder, generation, clock } = options
    this.#options = options
    this.generation = generation
    this.#kept = new TreeFiles(folder)
    this.#refreshedMs = clock()
    this.#node = new RemoteNode(url, { allowPrivate, parallel: PARALLEL, headersMs: 8_000, ...HASTE })
  }

  async read(name: string): Promise<StoredFile | undefined> {
    const image = parseTilePath(name) ?? parseAllskyPath(name)
    if (!image) return this.#kept.read(name)
    const nowMs = this.#options.clock()
    this.#refreshSometimes(nowMs)
    if ((this.#absent.get(name) ?? 0) > nowMs) return undefined
    const under = this.#flights.get(name)
    if (under) return under
    const flight = this.#readOnce(name, image.format, nowMs).finally(() => this.#flights.delete(name))
    this.#flights.set(name, flight)
    return flight
  }

  /** What is on its way still comes. */
  close(): void {
    Promise.allSettled(this.#flights.values()).then(() => this.#node.close())
  }

  async #readOnce(name: string, format: TileFormat, nowMs: number): Promise<StoredFile | undefined> {
    // What was cut off here is fetched anew.
    const kept = await this.#kept.read(name).catch(() => undefined)
    const note = kept && this.#note(name)
    const fresh = note && note.generation === this.generation && nowMs - note.checkedMs < FRESH_MS
    if (fresh) return kept
    try {
      if (nowMs < this.#awayUntilMs) throw new OthersError('away', 'the node did not answer a moment ago')
      if (this.#flights.size > MAX_WAITING) throw new OthersError('away', `${MAX_WAITING} tiles are on their way`)
      if ((this.#wrong.get(name) ?? 0) > nowMs) throw new OthersError('bad-answer', `${name} was none a moment ago`)
      const asked = this.#ask(name, format, kept, note)
      return await (kept ? soon(asked) : asked)
    } catch (error) {
      if (!(error instanceof OthersError)) throw error
      if (error.code === 'away' && nowMs >= this.#awayUntilMs && this.#flights.size <= MAX_WAITING)
        this.#awayUntilMs = this.#options.clock() + PAUSE_MS
      if (error.code !== 'away' && nowMs >= (this.#wrong.get(name) ?? 0))
        remember(this.#wrong, name, this.#options.clock() + PAUSE_MS)
      if (kept) return kept
      throw new DaliError('unavailable', 'the node that has this tile does not give it now', {
        cause: error,
        retryAfterS: PAUSE_MS / 1000,
      })
    }
  }

  async #ask(name: string, format: TileFormat, kept: StoredFile | undefined, seen: Note | undefined) {
    const { tileWidth, clock, folder } = this.#options
    const maxBytes = parseTilePath(name) ? maxTile(tileWidth) : MAX_ALLSKY
    const { etag, modifiedMs } = seen ?? {}
    const file = await this.#node.get(name, { maxBytes, ...(kept && seen && { seen: { etag, modifiedMs } }) })
    const nowMs = clock()
    if (file.kind === 'same') {
      try {
        this.#putNote(name, { etag, modifiedMs }, nowMs)
      } catch {
        // Asked about again by the next one, as it would have been now.
      }
      return kept
    }
    if (file.kind === 'absent') {
      remember(this.#absent, name, nowMs + ABSENT_MS)
      if (kept) await this.#drop(name, kept.bytes.length)
      return undefined
    }
    if (!isTileOf(format, file.bytes))
      throw new OthersError('bad-answer', `${name} comes as what is no ${format} image`)
    // Where no date is given, the same bytes keep the one they have here.
    const unchanged = kept && contentEtag(file.bytes) === kept.etag
    const dateMs = file.seen.modifiedMs ?? (unchanged ? kept.modifiedMs : Math.floor(nowMs / 1000) * 1000)
    try {
      await this.#makeRoom(file.bytes.length - (kept?.bytes.length ?? 0))
      writeWhole(join(folder, name), file.bytes, dateMs)
      this.#putNote(name, file.seen, nowMs)
    } catch {
      // A disk that takes nothing: who asked gets it all the same, and a tile without its note is none.
      await this.#drop(name, file.bytes.length).catch(() => undefined)
    }
    return { bytes: file.bytes, etag: contentEtag(file.bytes), modifiedMs: dateMs }
  }

  #note(name: string): Note | undefined {
    try {
      return JSON.parse(readFileSync(this.#noteFile(name), 'utf8')) as Note
    } catch {
      return undefined
    }
  }

  #putNote(name: string, seen: Seen, checkedMs: number): void {
    writeWhole(this.#noteFile(name), JSON.stringify({ ...seen, checkedMs, generation: this.generation }), checkedMs)
  }

  #noteFile = (name: string) => join(this.#options.folder, NOTES, `${name}.json`)

  async #drop(name: string, bytes: number): Promise<void> {
    await rm(join(this.#options.folder, name), { force: true })
    await rm(this.#noteFile(name), { force: true })
    this.#bytes = this.#bytes && this.#bytes - bytes
  }

  /** Once it is full, what was not asked about for the longest time goes: a tenth at a time. */
  async #makeRoom(bytes: number): Promise<void> {
    const { keepBytes = KEEP_BYTES } = this.#options
    this.#bytes ??= this.#list().reduce((sum, { size }) => sum + size, 0)
    this.#bytes += bytes
    if (this.#bytes <= keepBytes) return
    for (const { name, size } of this.#list().sort((a, b) => a.checkedMs - b.checkedMs)) {
      if (this.#bytes <= 0.9 * keepBytes) return
      if (!this.#flights.has(name)) await this.#drop(name, size)
    }
  }

  #list(): { name: string; size: number; checkedMs: number }[] {
    const { folder } = this.#options
    const notes = join(folder, NOTES)
    try {
      return readdirSync(notes, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.json'))
        .map((path) => {
          const name = path.slice(0, -'.json'.length)
          const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
          return { name, size, checkedMs: statSync(join(notes, path)).mtimeMs }
        })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  #refreshSometimes(nowMs: number): void {
    const { refresh } = this.#options
    if (!refresh || nowMs - this.#refreshedMs < REFRESH_MS) return
    this.#refreshedMs = nowMs
    // A node that is away or says something else now is asked again an hour later; what is here is served until then.
    refresh().catch(() => undefined)
  }
}

function remember(names: Map<string, number>, name: string, untilMs: number): void {
  if (names.size >= MAX_ABSENT) names.delete(names.keys().next().value as string)
  names.set(name, untilMs)
}

/** What comes later is kept for those who ask then. */
async function soon<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OthersError('away', 'the node is slow')), PATIENCE_MS)
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
