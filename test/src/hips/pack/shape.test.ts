import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf, type PackShape, packFor, packName, parsePackName, shapeOf } from '#src/hips'
import { addressOf, keyAfter, keyLimit, treeSize } from '../../../../src/hips/pack/shape.ts'

const TOP: PackShape = { format: 'png', firstOrder: 0, orders: 3, root: 'top' }

describe('the keys of a pack', () => {
  it('number the walk that visits a tile, then each child with all that is below it', () => {
    const order: string[] = []
    const walk = (depth: number, npix: number) => {
      order.push(`${depth}/${npix}`)
      if (depth < 2) for (let child = 0; child < 4; child++) walk(depth + 1, 4 * npix + child)
    }
    for (let root = 0; root < 12; root++) walk(0, root)
    const keys = order.map((name) => {
      const [depth, npix] = name.split('/').map(Number)
      return keyOf(TOP, { order: depth, npix })
    })
    expect(keys).toEqual(order.map((_, k) => k))
    expect([0, 1, 2, 3].map((allsky) => keyOf(TOP, { allsky }))).toEqual([252, 253, 254, 255])
    expect(keyLimit(TOP)).toBe(256)
  })

  it('give the address back, at every order to 24, and put a tile before all that is below it', () => {
    const tiles = fc.integer({ min: 0, max: 24 }).chain((first) =>
      fc.tuple(
        fc.constant(first),
        fc.integer({ min: first, max: 24 }),
        fc.maxSafeNat().map((n) => n % (12 * 4 ** first)),
        fc.maxSafeNat(),
      ),
    )
    fc.assert(
      fc.property(tiles, ([first, order, root, rest]) => {
        const shape = shapeOf('fits', { shardOrder: first, order: 24 }, root)
        const depth = order - first
        const address = { order, npix: root * 4 ** depth + (rest % 4 ** depth) }
        const key = keyOf(shape, address)!
        expect(key).toBeLessThan(keyLimit(shape))
        expect(addressOf(shape, key)).toEqual(address)
        expect(keyAfter(shape, address, key) - key).toBe(treeSize(25 - order))
        if (order < 24) {
          const last = keyOf(shape, { order: order + 1, npix: 4 * address.npix + 3 })!
          expect(last).toBeLessThan(keyAfter(shape, address, key))
          expect(keyOf(shape, { order: order + 1, npix: 4 * address.npix })).toBe(key + 1)
        }
      }),
    )
  })

  it('are none for tiles of another pack', () => {
    const shard = shapeOf('png', { shardOrder: 3, order: 5 }, 17)
    for (const [order, npix] of [
      [2, 4],
      [3, 16],
      [4, 72],
      [6, 17 * 64],
    ])
      expect(keyOf(shard, { order, npix })).toBeUndefined()
    expect(keyOf(shard, { allsky: 3 })).toBeUndefined()
    expect(keyOf(TOP, { allsky: 4 })).toBeUndefined()
    expect(keyOf(shard, { order: 4, npix: 68 })).toBe(1)
  })
})

describe('the name of a pack', () => {
  it('is of the shard that holds a tile', () => {
    expect(packFor({ order: 5, npix: 17 * 16 + 3 }, 3)).toBe(17)
    expect(packFor({ order: 2, npix: 4 }, 3)).toBe('top')
    expect(packName('png', 3, 17)).toBe('png-o3-17.pack')
    expect(packName('webp', 3, 'top')).toBe('webp-top.pack')
  })

  it('is read back, and nothing else is', () => {
    expect(parsePackName('png-o3-17.pack')).toEqual({ format: 'png', shardOrder: 3, root: 17 })
    expect(parsePackName('fits-top.pack')).toEqual({ format: 'fits', root: 'top' })
    for (const name of ['png-o3-768.pack', 'gif-top.pack', 'png-o03-1.pack', 'png-o3-1.pack.part', '../png-top.pack'])
      expect(parsePackName(name)).toBeUndefined()
  })
})
