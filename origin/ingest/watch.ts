// Follows a folder, a repository or a table for new data: looks, takes what is complete, waits. The file system's own
// notices (fs.watch) only shorten the wait: network disks send none, so everything is looked at again every `pollMs`. What
// changed is taken when its size and time stood still for `settleMs`. Nothing but `signal` ends it: what goes wrong is
// told and tried again.

import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { repositoryMark } from './butler/mark.ts'
import { IngestError } from './errors.ts'
import type { IngestReport } from './report.ts'
import { isOther } from './sets.ts'
import { ingestSource, type Source, type SourceOptions, sourceOf } from './source.ts'
import { walkFolder } from './walk.ts'

export interface WatchOptions extends SourceOptions {
  readonly signal: AbortSignal
  /** Between two looks where no notice comes, ms. */
  readonly pollMs?: number
  /** How long a file must stand still before it is taken, ms. */
  readonly settleMs?: number
  readonly onReport: (report: IngestReport) => void
  /** One sentence; the same one is told once until something else happens. */
  readonly onProblem: (message: string) => void
}

interface Watched {
  /** True where something is ready to be taken. */
  look(): Promise<boolean>
  /** True where something is seen that does not stand still yet. */
  readonly restless: boolean
  isComplete(path: string): boolean
  taken(): void
}

export async function watchSource(options: WatchOptions): Promise<void> {
  const { folder, signal, pollMs = 30_000, settleMs = 3000, onReport, onProblem } = options
  // What is wrong at the start is the caller's mistake; later it is the weather.
  await stat(folder).catch((error: NodeJS.ErrnoException) => {
    throw new IngestError('no-folder', `the folder cannot be read (${error.code}): is its name right?`)
  })
  const from = options.from ?? (await sourceOf(folder))
  const watched = watchedOf(from, folder, settleMs)
  const bell = new Bell(from === 'obscore' ? dirname(folder) : folder, signal)
  let problem = ''
  try {
    while (!signal.aborted) {
      try {
        if (await watched.look()) {
          onReport(await ingestSource({ ...options, from, isComplete: (path) => watched.isComplete(path) }))
          if (!signal.aborted) watched.taken()
        }
        problem = ''
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        if (message !== problem) onProblem(message)
        problem = message
      }
      await bell.wait(watched.restless ? Math.min(settleMs, pollMs) : pollMs, Math.min(500, settleMs))
    }
  } finally {
    bell.close()
  }
}

function watchedOf(from: Source, folder: string, settleMs: number): Watched {
  return from === 'butler' ? new WatchedRepository(folder) : new WatchedFiles(folder, settleMs)
}

interface Seen {
  readonly mark: string
  /** Monotonic, ms. */
  readonly since: number
  taken: boolean
}

/** Files by size and time. The machine's clock is compared with itself only: a file server may have another one. */
class WatchedFiles implements Watched {
  readonly #folder: string
  readonly #settleMs: number
  #seen = new Map<string, Seen>()
  #complete = new Set<string>()
  #someGone = false
  #first = true
  constructor(folder: string, settleMs: number) {
    this.#folder = folder
    this.#settleMs = settleMs
  }

  async look(): Promise<boolean> {
    const now = performance.now()
    const seen = new Map<string, Seen>()
    for await (const { path, name } of walkFolder(this.#folder)) {
      // A log that grows all night keeps nobody awake; a table that is followed is itself the folder.
      if (path !== this.#folder && isOther(name)) continue
      const stats = await stat(path).catch(() => undefined)
      if (!stats) continue
      const mark = `${stats.size} ${stats.mtimeMs} ${stats.ino}`
      const before = this.#seen.get(path)
      seen.set(path, before?.mark === mark ? before : { mark, since: now, taken: false })
    }
    if (seen.size === 0 && this.#seen.size > 0)
      throw new IngestError('no-folder', `nothing is left of ${this.#seen.size} files: is the disk still there?`)
    for (const path of this.#seen.keys()) if (!seen.has(path)) this.#someGone = true
    this.#seen = seen
    this.#complete = new Set()
    let ready = this.#someGone || (this.#first && seen.size === 0)
    for (const [path, each] of seen) {
      if (now - each.since < this.#settleMs) continue
      this.#complete.add(path)
      ready ||= !each.taken
    }
    return ready
  }

  get restless(): boolean {
    return [...this.#seen].some(([path, { taken }]) => !taken && !this.#complete.has(path))
  }

  isComplete(path: string): boolean {
    return this.#complete.has(path)
  }

  taken(): void {
    for (const path of this.#complete) {
      const each = this.#seen.get(path)
      if (each) each.taken = true
    }
    this.#someGone = false
    this.#first = false
  }
}

/** A repository tells by its registry: files are written before their datasets are. */
class WatchedRepository implements Watched {
  readonly restless = false
  readonly #folder: string
  #mark: string | undefined
  #next: string | undefined
  constructor(folder: string) {
    this.#folder = folder
  }

  async look(): Promise<boolean> {
    this.#next = await repositoryMark(this.#folder)
    return this.#next !== this.#mark
  }

  isComplete(): boolean {
    return true
  }

  taken(): void {
    this.#mark = this.#next
  }
}

/** Wakes who waits: by a notice of the file system (which then must be over for a moment), by time, or by the signal. */
class Bell {
  readonly #signal: AbortSignal
  readonly #folder: string
  #watcher: FSWatcher | undefined
  #rung = false
  #wake: (() => void) | undefined
  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder
    this.#signal = signal
    this.#hang()
  }

  /** Too many folders for the system's notices, a disk without any, a folder that is gone: then time alone wakes. */
  #hang(): void {
    if (this.#watcher) return
    try {
      this.#watcher = watch(this.#folder, { recursive: true, persistent: false }, () => {
        this.#rung = true
        this.#wake?.()
      })
      this.#watcher.on('error', () => this.close())
    } catch {
      this.#watcher = undefined
    }
  }

  async wait(ms: number, quietMs: number): Promise<void> {
    this.#hang()
    if (this.#signal.aborted) return
    if (!this.#rung) await this.#sleep(ms)
    if (!this.#rung) return
    this.#rung = false
    // Notices come in crowds: one pause for all of them, however many follow.
    await this.#sleep(quietMs, false)
    this.#rung = false
  }

  #sleep(ms: number, wakes = true): Promise<void> {
    return new Promise((done) => {
      const end = () => {
        clearTimeout(timer)
        this.#signal.removeEventListener('abort', end)
        this.#wake = undefined
        done()
      }
      const timer = setTimeout(end, ms)
      this.#signal.addEventListener('abort', end, { once: true })
      if (this.#signal.aborted) end()
      if (wakes) this.#wake = end
    })
  }

  close(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }
}
