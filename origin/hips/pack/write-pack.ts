// One pack, written in one pass in constant memory: under another name, with its head last, synced, then renamed. A reader
// sees the old pack, the new one, or none, whatever happens meanwhile.

import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  DIGEST_BYTES,
  keyOf,
  PackError,
  type PackPlan,
  type PackShape,
  planPack,
  sealHead,
  type TileToPack,
} from '#src/hips'
import { sha256 } from '../../digest.ts'
import { pathOf, type Shard } from './walk.ts'

export interface PackWritten {
  readonly tiles: number
  readonly sizeBytes: number
  readonly headBytes: number
  /** It was there already, of the same tiles. */
  readonly isKept: boolean
}

interface Source extends TileToPack {
  /** Below the tree. */
  readonly name: string
  readonly path: string
}

export interface WriteOptions {
  /** Take a pack that is there already when its tiles have the same lengths and times. */
  readonly keep?: boolean
  readonly onTiles?: (count: number) => void
}

/** `target` gets the tiles of a shard that lie in `tree`. */
export async function writePack(
  tree: string,
  target: string,
  shape: PackShape,
  { tiles }: Shard,
  { keep = false, onTiles }: WriteOptions = {},
): Promise<PackWritten> {
  const sources = tiles.map((address) => sourceOf(tree, shape, address)).sort((a, b) => a.key - b.key)
  const plan = planPack(shape, sources)
  const { sizeBytes, headBytes } = plan
  const done = { tiles: sources.length, sizeBytes, headBytes }
  if (keep && (await isWritten(target, plan))) {
    onTiles?.(sources.length)
    return { ...done, isKept: true }
  }
  const temporary = `${target}.${process.pid}.part`
  const file = openSync(temporary, 'w')
  let isOpen = true
  try {
    const digests = copyTiles(sources, file, plan, onTiles)
    writeAll(file, await sealHead(plan, digests, sha256), 0)
    fsyncSync(file)
    closeSync(file)
    isOpen = false
    renameSync(temporary, target)
  } finally {
    if (isOpen) closeSync(file)
    rmSync(temporary, { force: true })
  }
  return { ...done, isKept: false }
}

function sourceOf(tree: string, shape: PackShape, address: Shard['tiles'][number]): Source {
  const name = pathOf(shape.format, address)
  const key = keyOf(shape, address)
  if (key === undefined) throw new PackError('bad-tiles', `${name} is not of the pack that it was listed for`)
  const path = join(tree, name)
  const { size, mtimeNs } = readable(name, () => statSync(path, { bigint: true }))
  // Floor, also before 1970.
  const modifiedUs = Number((mtimeNs - (((mtimeNs % 1000n) + 1000n) % 1000n)) / 1000n)
  return { key, name, path, sizeBytes: Number(size), modifiedUs }
}

function copyTiles(sources: readonly Source[], file: number, plan: PackPlan, onTiles?: WriteOptions['onTiles']) {
  const digests = new Uint8Array(DIGEST_BYTES * sources.length)
  // One buffer for all: a new one each would be garbage faster than it is collected. A byte more shows a file that grew.
  const buffer = new Uint8Array(sources.reduce((most, { sizeBytes }) => Math.max(most, sizeBytes), 0) + 1)
  let at = plan.headBytes
  for (const [k, { name, path, sizeBytes }] of sources.entries()) {
    if (readable(name, () => readInto(buffer, path, sizeBytes + 1)) !== sizeBytes)
      throw new PackError('bad-tiles', `${name} was changed while it was packed: start again`)
    const bytes = buffer.subarray(0, sizeBytes)
    digests.set(sha256(bytes).subarray(0, DIGEST_BYTES), DIGEST_BYTES * k)
    writeAll(file, bytes, at)
    at += sizeBytes
    onTiles?.(1)
  }
  return digests
}

/** The system's own message would tell where the tree is. */
function readable<Result>(name: string, read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error'
    throw new PackError('bad-tiles', `${name} cannot be read (${code})`, { cause })
  }
}

/** The file's first bytes, `most` at most; how many there were. */
function readInto(buffer: Uint8Array, path: string, most: number): number {
  const file = openSync(path, 'r')
  try {
    let filled = 0
    while (filled < most) {
      const count = readSync(file, buffer, filled, most - filled, filled)
      if (count === 0) break
      filled += count
    }
    return filled
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, at + done)
}

/** Whole, and of these tiles: its digests are taken from a finished pack, they are not checked again here. */
async function isWritten(target: string, plan: PackPlan): Promise<boolean> {
  let file: number
  try {
    if (statSync(target).size !== plan.sizeBytes) return false
    file = openSync(target, 'r')
  } catch {
    return false
  }
  try {
    const head = new Uint8Array(plan.headBytes)
    for (let done = 0; done < head.length; ) {
      const count = readSync(file, head, done, head.length - done, done)
      if (count === 0) return false
      done += count
    }
    const digestsAt = head.length - 32 - DIGEST_BYTES * plan.header.tiles
    const expected = await sealHead(plan, head.subarray(digestsAt, head.length - 32), sha256)
    return Buffer.compare(head, expected) === 0
  } finally {
    closeSync(file)
  }
}
