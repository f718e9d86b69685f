// The tiles of packs on disk, one after the other, each checked: eight megabytes are read at a time.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type PackAddress,
  type PackDirectory,
  PackError,
  PackReader,
  type PackShape,
  parsePackName,
  type TileFormat,
} from '#src/hips'
import { sha256 } from '../../digest.ts'
import { fileRange } from '../../storage/file-range.ts'

const RUN_BYTES = 8 * 1024 * 1024

export interface PackFile {
  readonly name: string
  readonly path: string
  readonly format: TileFormat
  readonly root: PackShape['root']
}

/** By format, the top first, then shards ascending. */
export function packsIn(folder: string): PackFile[] {
  const rank = ({ root }: PackFile) => (root === 'top' ? -1 : root)
  return readdirSync(folder)
    .flatMap((name) => {
      const parsed = parsePackName(name)
      return parsed ? [{ name, path: join(folder, name), format: parsed.format, root: parsed.root }] : []
    })
    .sort((a, b) => (a.format === b.format ? rank(a) - rank(b) : a.format < b.format ? -1 : 1))
}

export interface OpenPack {
  readonly reader: PackReader
  readonly directory: PackDirectory
}

/** Throws where its head is damaged, or it is not as long as it says. */
export async function openPack({
  name,
  path,
  format,
  root,
}: Omit<PackFile, 'root' | 'format'> & Partial<PackFile>): Promise<OpenPack> {
  const source = fileRange(path, name)
  const reader = PackReader.open(source, { sha256 })
  const directory = await reader.directory()
  const { shape, sizeBytes } = directory
  if ((format && shape.format !== format) || (root !== undefined && shape.root !== root))
    throw new PackError('wrong-pack', `the pack ${name} holds other tiles than its name says`)
  const past = await source.read(Math.max(0, sizeBytes - 1), sizeBytes + 1, { ifMatch: directory.etag })
  if (past.length !== 1)
    throw new PackError(
      'corrupt',
      `the pack ${name} is ${past.length > 1 ? 'longer' : 'shorter'} than the ${sizeBytes} bytes that it says`,
    )
  return { reader, directory }
}

export interface TileInPack {
  readonly address: PackAddress
  readonly modifiedUs: number
  readonly bytes: Uint8Array
  /** It agrees with its checksum. */
  readonly isSound: boolean
}

export async function* tilesIn({ reader, directory }: OpenPack): AsyncGenerator<TileInPack> {
  for (let from = 0; from < directory.tiles; ) {
    const { start } = directory.entry(from)
    let to = from + 1
    while (to < directory.tiles && directory.entry(to).end - start <= RUN_BYTES) to++
    const run = await reader.readRun(directory, from, to)
    for (const [k, bytes] of run.entries()) {
      const entry = directory.entry(from + k)
      const isSound = await reader.agrees(bytes, entry)
      yield { address: directory.address(from + k), modifiedUs: entry.modifiedUs, bytes, isSound }
    }
    from = to
  }
}
