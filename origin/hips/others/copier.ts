// One file after another from a node into a folder: what is there whole is left, what an older copy has is asked about
// by HEAD and linked where length and date are the same, all else is fetched, looked at, dated and renamed into place.

import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isTileOf, type TileFormat } from '#src/hips'
import { linkWhole, writeWhole } from '../tile-files.ts'
import { OthersError } from './errors.ts'
import type { RemoteNode } from './remote-node.ts'

export interface Copied {
  /** Files fetched, left as they are, and not there. */
  readonly fetched: number
  readonly kept: number
  readonly absent: number
  /** Of the files fetched. */
  readonly bytes: number
}

export interface CopierOptions {
  /** Folder of an older copy of the same map. */
  readonly old?: string
  /** Files in the folder itself may be older than the map is now. */
  readonly doubt: boolean
  /** Of all files together. */
  readonly maxBytes: number
}

interface Fetched {
  readonly bytes: Uint8Array
  readonly type: string
}

/** Answers that are no tiles after which the node is given up. */
const MAX_BAD = 20
const SHOWN = 3

export class Copier {
  readonly folder: string
  readonly #node: RemoteNode
  readonly #options: CopierOptions
  readonly #bad: string[] = []
  readonly #count = { fetched: 0, kept: 0, absent: 0, bytes: 0 }
  #allBytes = 0

  constructor(node: RemoteNode, folder: string, options: CopierOptions) {
    this.#node = node
    this.folder = folder
    this.#options = options
  }

  get copied(): Copied {
    return { ...this.#count }
  }

  /** Whether it is there afterwards. */
  async tile(path: string, format: TileFormat, maxBytes: number): Promise<boolean> {
    return this.#take(path, maxBytes, ({ bytes, type }) => {
      if (isTileOf(format, bytes)) return true
      this.#bad.push(`${path} (${bytes.length} bytes of ${type.slice(0, 40) || 'no type'})`)
      if (this.#bad.length >= MAX_BAD) this.refuseBad()
      return false
    })
  }

  /** A file that the map can do without: left out where it is not what it should be. */
  aside(path: string, maxBytes: number, isGood: (file: Fetched) => boolean): Promise<boolean> {
    return this.#take(path, maxBytes, isGood)
  }

  async exists(path: string): Promise<boolean> {
    return (await this.#node.head(path)) !== undefined
  }

  drop(path: string): Promise<void> {
    return rm(join(this.folder, path), { force: true })
  }

  /** Throws where something came that is no tile. */
  refuseBad(): void {
    if (this.#bad.length === 0) return
    const more = this.#bad.length > SHOWN ? ` and ${this.#bad.length - SHOWN} more` : ''
    throw new OthersError(
      'incomplete',
      `the node gave what is no tile: ${this.#bad.slice(0, SHOWN).join(', ')}${more}; what came whole is kept for the next run`,
    )
  }

  async #take(path: string, maxBytes: number, isGood: (file: Fetched) => boolean): Promise<boolean> {
    const here = join(this.folder, path)
    const there = await stat(here).catch(() => undefined)
    if (there && !this.#options.doubt) return this.#leave(there.size)
    const old = there ? here : this.#options.old && join(this.#options.old, path)
    const known = there ?? (old ? await stat(old).catch(() => undefined) : undefined)
    if (known && old) {
      const head = await this.#node.head(path)
      if (!head) return this.#lose(path)
      const same = head.sizeBytes === known.size && head.seen.modifiedMs === known.mtimeMs
      if (same && !there) linkWhole(old, here)
      if (same) return this.#leave(known.size)
    }
    const file = await this.#node.get(path, { maxBytes })
    if (file.kind !== 'found') return this.#lose(path)
    if (!isGood(file)) return false
    this.#grow(file.bytes.length)
    writeWhole(here, file.bytes, file.seen.modifiedMs)
    this.#count.fetched++
    this.#count.bytes += file.bytes.length
    return true
  }

  #leave(bytes: number): boolean {
    this.#grow(bytes)
    this.#count.kept++
    return true
  }

  async #lose(path: string): Promise<boolean> {
    this.#count.absent++
    await this.drop(path)
    return false
  }

  #grow(bytes: number): void {
    this.#allBytes += bytes
    if (this.#allBytes > this.#options.maxBytes)
      throw new OthersError('too-large', `the map has more than ${this.#options.maxBytes} bytes (--max-bytes)`)
  }
}
