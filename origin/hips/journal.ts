// What a build has finished, so that one that was killed goes on: a line for each subtree, parent or colour tile, added
// after its tiles lie on disk. A line that was cut off, or whose tiles are not whole, counts as not done.

import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { rootFile, tileFile } from './tile-files.ts'
import { readLine, tileLine, tileName } from './tile-records.ts'
import type { MapWork, TaskDone } from './work.ts'

export const JOURNAL_FILE = 'journal.jsonl'

type Work = Pick<MapWork, 'folder' | 'order' | 'formats' | 'skipDeepest'>

export class Journal {
  readonly #file: string
  readonly #done = new Map<string, TaskDone>()
  #fd: number | undefined

  /** Reads what an earlier run of the same build left. */
  constructor(work: Work) {
    this.#file = join(work.folder, JOURNAL_FILE)
    if (existsSync(this.#file)) this.#read(work)
  }

  /** Tasks found done when it was opened. */
  get size(): number {
    return this.#done.size
  }

  done(order: number, npix: number): TaskDone | undefined {
    return this.#done.get(tileName({ order, npix }))
  }

  add(order: number, npix: number, { tiles, key, hasRoot }: TaskDone): void {
    this.#fd ??= openSync(this.#file, 'a')
    const line = Buffer.from(`${JSON.stringify({ order, npix, key, hasRoot, tiles: tiles.map(tileLine) })}\n`)
    for (let at = 0; at < line.length; ) at += writeSync(this.#fd, line, at)
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #read(work: Work): void {
    const bytes = readFileSync(this.#file)
    let from = 0
    for (let end = bytes.indexOf(10); end >= 0; from = end + 1, end = bytes.indexOf(10, from)) {
      try {
        const { order, npix, key, hasRoot, tiles } = JSON.parse(bytes.toString('utf8', from, end))
        const done: TaskDone = { key, hasRoot, tiles: tiles.map(readLine) }
        if (isWhole(work, order, npix, done)) this.#done.set(tileName({ order, npix }), done)
      } catch {}
    }
    // What a kill left of the last line must not be the beginning of the next.
    if (from < bytes.length) truncateSync(this.#file, from)
  }
}

function isWhole(work: Work, order: number, npix: number, { tiles, hasRoot }: TaskDone): boolean {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size
  for (const tile of tiles) {
    if (work.skipDeepest && tile.order === work.order) continue
    for (const { format, bytes } of tile.files)
      if (sizeOf(tileFile(work.folder, { ...tile, format })) !== bytes) return false
  }
  return !hasRoot || work.formats.includes('fits') || existsSync(rootFile(work.folder, order, npix))
}
