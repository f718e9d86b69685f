// What the bytes of a tile say of themselves: how its format begins and ends, and the sums that FITS keeps.

import { BLOCK_LENGTH, readHdus, sum32 } from '#src/fits'
import type { TileFormat } from '#src/hips'
import { memorySource } from '#src/storage'

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const PNG_END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82]
const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0))

const has = (bytes: Uint8Array, at: number, expected: readonly number[]) =>
  at >= 0 && expected.every((byte, k) => bytes[at + k] === byte)

/** What is wrong, in a few words; undefined where nothing is. */
export async function faultOf(format: TileFormat, bytes: Uint8Array): Promise<string | undefined> {
  if (bytes.length === 0) return 'is empty'
  switch (format) {
    case 'png':
      if (!has(bytes, 0, PNG)) return 'is no PNG'
      return has(bytes, bytes.length - PNG_END.length, PNG_END) ? undefined : 'is a PNG that is cut off'
    case 'jpg':
      if (!has(bytes, 0, [0xff, 0xd8, 0xff])) return 'is no JPEG'
      return hasJpegEnd(bytes) ? undefined : 'is a JPEG that is cut off'
    case 'webp': {
      if (!has(bytes, 0, letters('RIFF')) || !has(bytes, 8, letters('WEBP'))) return 'is no WEBP'
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + 8
      return length === bytes.length ? undefined : `is a WEBP of ${bytes.length} bytes that says ${length}`
    }
    case 'fits':
      // Deprecated, but some maps have gzipped tiles under this name.
      return has(bytes, 0, [0x1f, 0x8b]) ? undefined : faultOfFits(bytes)
  }
}

/** Some writers pad behind the end. */
function hasJpegEnd(bytes: Uint8Array): boolean {
  let at = bytes.length - 1
  while (at > 0 && bytes.length - at < 1024 && !(bytes[at - 1] === 0xff && bytes[at] === 0xd9)) at--
  return bytes[at - 1] === 0xff && bytes[at] === 0xd9
}

async function faultOfFits(bytes: Uint8Array): Promise<string | undefined> {
  if (!has(bytes, 0, letters('SIMPLE  ='))) return 'is no FITS file'
  try {
    for (const { header, dataOffset, dataLength, index } of await readHdus(memorySource('tile', bytes))) {
      const datasum = header.get('DATASUM')
      if (datasum === undefined) continue
      const said = Number(datasum)
      // Some writers leave the last block short: what is not there counts as zeros.
      const data = bytes.subarray(dataOffset, dataOffset + Math.ceil(dataLength / BLOCK_LENGTH) * BLOCK_LENGTH)
      const words = new Uint8Array(Math.ceil(data.length / 4) * 4)
      words.set(data)
      const found = sum32(words)
      // Of nothing, and of zeros, both spellings of zero are in use.
      if (said !== found && !(said % 0xffffffff === 0 && found % 0xffffffff === 0))
        return `has the DATASUM ${found} in HDU ${index}, where its header says ${String(datasum).slice(0, 20)}`
    }
  } catch (error) {
    return `is a broken FITS file: ${error instanceof Error ? error.message : 'it cannot be read'}`
  }
  return undefined
}
