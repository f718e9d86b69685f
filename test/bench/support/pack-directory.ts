// A pack of a million tiles without its tiles: what its directory weighs, and how long it takes to be read.

import { PackDirectory, planPack, sealHead, shapeOf, type TileToPack } from '#src/hips'
import { NOON_US, sha256 } from '../../support/packs.ts'

const ORDERS = 10

export interface DirectoryFigures {
  readonly tiles: number
  readonly headBytes: number
  readonly parseMs: number
  readonly memoryBytes: number
  readonly lookupsPerS: number
}

/** The first tiles of a shard ten orders deep, with lengths as PNG tiles have them (2 to 200 kB). */
export async function directoryFigures(tiles = 1_000_000): Promise<DirectoryFigures> {
  const shape = shapeOf('png', { shardOrder: 0, order: ORDERS }, 0)
  let state = 1
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const given: TileToPack[] = []
  for (let key = 0; key < tiles; key++)
    given.push({ key, sizeBytes: 2000 + Math.floor(198_000 * random()), modifiedUs: NOON_US })
  const plan = planPack(shape, given)
  given.length = 0
  const head = await sealHead(plan, new Uint8Array(21 * tiles), sha256)
  const parse = () => PackDirectory.parse('png-o0-0.pack', head, '"v1"', sha256)
  await parse()
  const start = performance.now()
  const directory = await parse()
  const parseMs = performance.now() - start
  const from = performance.now()
  let found = 0
  for (let k = 0; k < 1_000_000; k++)
    if (directory.find({ order: ORDERS - 1, npix: Math.floor(random() * 4 ** (ORDERS - 1)) })) found++
  const lookupsPerS = 1e9 / (performance.now() - from)
  if (found === 0) throw new Error('no tile was found')
  return {
    tiles,
    headBytes: directory.headBytes,
    parseMs,
    memoryBytes: directory.memoryBytes,
    lookupsPerS,
  }
}
