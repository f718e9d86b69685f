// A zip as a test wants it, good or bad (PKWARE APPNOTE 4.3): entries stored or deflated, and any field a lie.

import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Uint8Array
  readonly deflate?: boolean
  /** Unix mode, e.g. 0o120777 of a symbolic link. */
  readonly mode?: number
  readonly flags?: number
  /** What the directory says instead of the truth. */
  readonly size?: number
  readonly crc?: number
  /** Takes the stored bytes of the first entry. */
  readonly overFirst?: boolean
}

export function zipOf(entries: readonly ZipEntry[]): Uint8Array {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  let firstLength = 0
  for (const { name, bytes, deflate = false, mode = 0o100644, flags = 0, size, crc, overFirst } of entries) {
    const body = deflate ? deflateRawSync(bytes) : Buffer.from(bytes)
    const title = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(deflate ? 8 : 0, 4)
    common.writeUInt16LE((46 << 9) | (5 << 5) | 1, 8)
    common.writeUInt32LE(crc ?? crc32(bytes), 10)
    common.writeUInt32LE(overFirst ? firstLength : body.length, 14)
    common.writeUInt32LE(size ?? bytes.length, 18)
    common.writeUInt16LE(title.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE((mode << 16) >>> 0, 6)
    place.writeUInt32LE(overFirst ? 0 : at, 10)
    // Version made by: Unix.
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, place, title)
    if (overFirst) continue
    if (at === 0) firstLength = body.length
    parts.push(Buffer.from('PK\x03\x04'), common, title, body)
    at += 30 + title.length + body.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  return new Uint8Array(Buffer.concat([...parts, central, end]))
}
