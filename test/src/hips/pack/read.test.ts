import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PackCache, PackError, PackReader, type PackShape, shapeOf } from '#src/hips'
import { StorageError } from '#src/storage'
import { contentEtag } from '../../../../origin/digest.ts'
import { countedSource, type GivenTile, NOON_US, packBytes, sha256 } from '../../../support/packs.ts'

const SHARD = shapeOf('png', { shardOrder: 3, order: 6 }, 17)
const text = (word: string) => new TextEncoder().encode(word)
const tile = (order: number, npix: number, word = `${order}/${npix}`): GivenTile => ({
  address: { order, npix },
  bytes: text(word),
})
const FEW = [tile(3, 17), tile(4, 68), tile(5, 272), tile(6, 1088), tile(6, 1091), tile(6, 1151)]
const open = (source: ReturnType<typeof countedSource>, more = {}) => PackReader.open(source, { sha256, ...more })
const read = async (pack: Uint8Array, address = { order: 6, npix: 1091 }) => open(countedSource(pack)).read(address)

describe('a pack', () => {
  it('hands out the tiles that it was made of, their times, and the tags that a tree gives them', async () => {
    const shapes: PackShape[] = [SHARD, { format: 'fits', firstOrder: 0, orders: 3, root: 'top' }]
    const tiles = fc.uniqueArray(
      fc.record({
        key: fc.nat(84),
        bytes: fc.uint8Array({ maxLength: 300 }),
        modifiedUs: fc.oneof(fc.constant(NOON_US), fc.integer({ min: -1e15, max: 2e15 })),
      }),
      { selector: ({ key }) => key, maxLength: 85 },
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...shapes), tiles, async (shape, given) => {
        const all = given.map(({ key, ...tile }) => ({ ...tile, address: place(shape, key) }))
        const source = countedSource(await packBytes(shape, all))
        const reader = open(source)
        for (const { address, bytes, modifiedUs } of all) {
          const found = await reader.read(address)
          expect(found?.bytes).toEqual(bytes)
          expect(found?.etag).toBe(contentEtag(bytes))
          expect(found?.modifiedMs).toBe(Math.floor(modifiedUs / 1e6) * 1000)
        }
        const directory = await reader.directory()
        for (const [k, { modifiedUs }] of all.entries())
          expect(directory.find(all[k].address)?.modifiedUs).toBe(modifiedUs)
        expect(directory.tiles).toBe(all.length)
        expect(directory.sizeBytes).toBe((await source.read(0, 1e9)).length)
      }),
      { numRuns: 60 },
    )
  })

  it('costs two reads for a cold tile, one for the next, none for one it has not', async () => {
    const source = countedSource(await packBytes(SHARD, FEW))
    const reader = open(source)
    await reader.read({ order: 6, npix: 1091 })
    expect(source.reads.length).toBe(2)
    expect(source.reads[1].ifMatch).toBe('"v1"')
    await reader.read({ order: 3, npix: 17 })
    expect(source.reads.length).toBe(3)
    expect(await reader.read({ order: 6, npix: 1092 })).toBeUndefined()
    expect(await reader.look({ order: 6, npix: 1151 })).toMatchObject({ sizeBytes: 6 })
    expect(source.reads.length).toBe(3)
  })

  it('costs one read of its directory however many ask at once', async () => {
    const source = countedSource(await packBytes(SHARD, FEW))
    const reader = open(source)
    await Promise.all(FEW.map(({ address }) => reader.read(address)))
    expect(source.reads.filter(({ start }) => start === 0).length).toBe(1)
  })

  it('costs two reads for a cold tile of a long directory too where the layout tells its length', async () => {
    const pack = await packBytes(SHARD, FEW)
    const short = countedSource(pack)
    expect(await open(short, { firstReadBytes: 100 }).read({ order: 6, npix: 1091 })).toBeDefined()
    expect(short.reads.length).toBe(3)
    const { headBytes } = await open(countedSource(pack)).directory()
    const told = countedSource(pack)
    await open(told, { firstReadBytes: headBytes }).read({ order: 6, npix: 1091 })
    expect(told.reads.map(({ end }) => end)[0]).toBe(headBytes)
    expect(told.reads.length).toBe(2)
  })

  it('has a tile and all that is below it side by side', async () => {
    const source = countedSource(await packBytes(SHARD, FEW))
    const reader = open(source)
    const directory = await reader.directory()
    const [from, to] = directory.below({ order: 5, npix: 272 })
    const words = (await reader.readRun(directory, from, to)).map((bytes) => new TextDecoder().decode(bytes))
    expect(words).toEqual(['5/272', '6/1088', '6/1091'])
    expect(source.reads.length).toBe(2)
  })
})

describe('a pack that was replaced', () => {
  it('is read anew, once, and gives the new tile', async () => {
    const source = countedSource(await packBytes(SHARD, FEW))
    const reader = open(source)
    await reader.read({ order: 3, npix: 17 })
    source.replace(await packBytes(SHARD, [...FEW.slice(0, 5), tile(6, 1151, 'another, longer one')]))
    const found = await reader.read({ order: 6, npix: 1151 })
    expect(new TextDecoder().decode(found?.bytes)).toBe('another, longer one')
    expect(source.reads.length).toBe(2 + 1 + 2)
  })

  it('says so where it is replaced at every read', async () => {
    const pack = await packBytes(SHARD, FEW)
    const source = countedSource(pack)
    const inner = source.read
    source.read = async (...range) => {
      const bytes = await inner(...range)
      if (range[0] === 0) source.replace(pack)
      return bytes
    }
    Object.defineProperty(source, 'etag', { value: '"v1"' })
    const error = await open(source)
      .read({ order: 3, npix: 17 })
      .catch((error) => error)
    expect(error).toBeInstanceOf(StorageError)
    expect(error.code).toBe('changed')
    expect(source.reads.length).toBeLessThanOrEqual(4)
  })
})

describe('a damaged pack', () => {
  it('gives the tile or an error, never other bytes, whichever byte is turned', async () => {
    const pack = await packBytes(SHARD, FEW)
    for (let at = 0; at < pack.length; at++)
      for (const flip of [0x01, 0x80]) {
        const damaged = pack.slice()
        damaged[at] ^= flip
        const found = await read(damaged).catch((error) => error)
        if (found instanceof PackError) expect(['corrupt', 'newer', 'too-large', 'wrong-pack']).toContain(found.code)
        else expect(new TextDecoder().decode(found.bytes)).toBe('6/1091')
      }
  })

  it('gives the tile or an error wherever it is cut', async () => {
    const pack = await packBytes(SHARD, FEW)
    for (let length = 0; length < pack.length; length++) {
      const found = await read(pack.subarray(0, length)).catch((error) => error)
      if (found instanceof PackError) expect(found.code).toBe('corrupt')
      else expect(new TextDecoder().decode(found.bytes)).toBe('6/1091')
    }
    expect(await read(pack.subarray(0, pack.length - 6))).toBeDefined()
  })

  it('is refused before memory is taken where it says it holds what cannot be', async () => {
    const pack = await packBytes(SHARD, FEW)
    const says = (at: number, value: number) => {
      const lying = pack.slice()
      new DataView(lying.buffer).setUint32(at, value, true)
      return lying
    }
    await expect(read(says(32, 0xffffffff))).rejects.toThrow(/4294967295 tiles, more than/)
    await expect(read(says(32, 84))).rejects.toThrow(PackError)
    await expect(read(says(36, 0xffffffff))).rejects.toThrow(/columns/)
    await expect(read(says(12, 0x01010119))).rejects.toThrow(/header/)
    const source = countedSource(pack)
    await expect(open(source, { maxHeadBytes: 200 }).directory()).rejects.toThrow(/more than 200/)
    expect(source.reads.length).toBe(1)
  })

  it('is refused where it is sound but another one than its name says', async () => {
    const source = countedSource(await packBytes(SHARD, FEW))
    const shape = shapeOf('png', { shardOrder: 3, order: 6 }, 18)
    await expect(open(source, { shape }).directory()).rejects.toThrow(/other tiles than its name says/)
  })

  it('is asked anew after it was mended', async () => {
    const pack = await packBytes(SHARD, FEW)
    const damaged = pack.slice()
    damaged[damaged.length - 1] ^= 1
    const source = countedSource(damaged)
    const reader = open(source)
    await expect(reader.read({ order: 6, npix: 1151 })).rejects.toThrow(/checksum/)
    expect(await reader.read({ order: 3, npix: 17 })).toBeDefined()
    source.replace(pack)
    expect(await reader.read({ order: 6, npix: 1151 })).toBeDefined()
  })
})

describe('packs that are open', () => {
  it('take no more memory than they may, whoever was asked last stays', async () => {
    const cache = new PackCache({ maxBytes: 20_000 })
    const pack = await packBytes(SHARD, FEW)
    const sources = Array.from({ length: 60 }, () => countedSource(pack))
    for (const [k, source] of sources.entries()) {
      await cache.get(`p${k}`, () => open(source)).read({ order: 3, npix: 17 })
      await cache.get('p0', () => open(sources[0])).read({ order: 3, npix: 17 })
      expect(cache.memoryBytes).toBeLessThan(22_000)
    }
    expect(sources[0].reads.filter(({ start }) => start === 0).length).toBe(1)
    await cache.get('p5', () => open(sources[5])).read({ order: 3, npix: 17 })
    expect(sources[5].reads.filter(({ start }) => start === 0).length).toBe(2)
  })
})

/** Any of the 85 places of the shard, or of the first 84 tiles of the top and its Allsky. */
function place(shape: PackShape, key: number): GivenTile['address'] {
  if (shape.root === 'top' && key > 80) return { allsky: key - 81 }
  const orders = shape.root === 'top' ? [12, 48, 192] : [1, 4, 16, 64]
  let rest = key
  for (const [depth, count] of orders.entries()) {
    if (rest < count)
      return { order: shape.firstOrder + depth, npix: rest + (shape.root === 'top' ? 0 : 17 * 4 ** depth) }
    rest -= count
  }
  throw new Error(`no place ${key}`)
}
