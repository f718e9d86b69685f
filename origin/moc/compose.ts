// A coverage map for one request: pieces united, cut, degraded and written, with what was made kept for the next who asks.

import { DaliError, usageError } from '#src/dali'
import { degrade, intersection, type Moc, mocAscii, mocJson, unionOf, writeMocFits } from '#src/moc'
import type { MocFormat, MocName, MocRequest } from '#src/services'
import { contentEtag } from '../digest.ts'
import { type Archive, type Asking, type MocPiece, piecesOf } from './visible.ts'

export interface WrittenMoc {
  readonly bytes: Uint8Array
  readonly etag: string
  /** When the newest of its pieces was changed, Unix ms. */
  readonly modifiedMs: number
}

/** Ends of ranges that one request may take in: some seconds of work, some hundred megabytes. */
const MOST_EDGES = 8_000_000
const KEPT = 64
const KEPT_BYTES = 16 << 20
const LARGEST_KEPT = 2 << 20

export class MocComposer {
  readonly #kept = new Map<string, WrittenMoc>()
  #bytes = 0

  /** Throws DaliError where one of the names means nothing to the caller. */
  answer(request: MocRequest & { readonly format: MocFormat }, archive: Archive, asking: Asking): WrittenMoc {
    const find = (name: MocName) => {
      const pieces = piecesOf(name, archive, asking)
      if (!pieces) throw new DaliError('not-found', `there is no coverage of ${name.kind}:${name.name}`)
      return pieces
    }
    const union = request.union.flatMap(find)
    const cuts = request.intersect.map(find)
    const all = [...union, ...cuts.flat()]
    const tags = (pieces: readonly MocPiece[]) => pieces.map(({ tag }) => tag).sort()
    const key = JSON.stringify([tags(union), cuts.map(tags), request.order ?? null, request.format])
    const known = this.#kept.get(key)
    if (known) return known
    const bytes = write(compose(union, cuts, request.order), request.format)
    const modifiedMs = Math.floor(all.reduce((latest, { changedMs }) => Math.max(latest, changedMs), 0) / 1000) * 1000
    const written: WrittenMoc = { bytes, etag: contentEtag(bytes), modifiedMs }
    this.#keep(key, written)
    return written
  }

  #keep(key: string, written: WrittenMoc): void {
    if (written.bytes.length > LARGEST_KEPT) return
    if (this.#kept.size >= KEPT || this.#bytes + written.bytes.length > KEPT_BYTES) {
      this.#kept.clear()
      this.#bytes = 0
    }
    this.#kept.set(key, written)
    this.#bytes += written.bytes.length
  }
}

function compose(union: readonly MocPiece[], cuts: readonly (readonly MocPiece[])[], order: number | undefined): Moc {
  let edges = 0
  const take = ({ moc }: MocPiece) => {
    const one = moc()
    edges += one.ranges.length
    if (edges > MOST_EDGES) throw usageError(`these maps have more than ${MOST_EDGES / 2} ranges together: name fewer`)
    return one
  }
  let moc = unionOf(union.map(take))
  // Cut before it is degraded: cells that only touch do not overlap.
  for (const cut of cuts) moc = intersection(moc, unionOf(cut.map(take)))
  return order === undefined ? moc : degrade(moc, order)
}

function write(moc: Moc, format: MocFormat): Uint8Array {
  if (format === 'fits') return writeMocFits(moc)
  return new TextEncoder().encode(`${format === 'ascii' ? mocAscii(moc) : JSON.stringify(mocJson(moc))}\n`)
}
