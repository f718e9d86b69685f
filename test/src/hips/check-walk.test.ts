import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allskyPath, CheckWalk, checkCodeOf, tilePath } from '#src/hips'

describe('the check code of a walk', () => {
  it('is that of the list of all files', () => {
    const tiles = fc.uniqueArray(
      fc.record({
        order: fc.constantFrom(0, 1, 2, 3, 9, 10, 11),
        npix: fc.nat(40_000),
        length: fc.oneof(fc.nat(2_000_000), fc.constant(5_000_000_000)),
      }),
      { selector: ({ order, npix }) => `${order}/${npix}`, maxLength: 200 },
    )
    fc.assert(
      fc.property(tiles, fc.uniqueArray(fc.nat(3)), (all, allsky) => {
        const real = all.filter(({ order, npix }) => npix < 12 * 4 ** order)
        const walk = new CheckWalk()
        for (const { order, npix, length } of real.sort((a, b) => a.npix - b.npix)) walk.add(order, npix, length)
        for (const order of allsky) walk.addAllsky(order, 1000 + order)
        const files = [
          ...real.map(({ length, ...tile }) => ({ path: tilePath({ ...tile, format: 'png' }), sizeBytes: length })),
          ...allsky.map((order) => ({ path: allskyPath(order, 'png'), sizeBytes: 1000 + order })),
        ]
        expect(`png:${walk.code()}`).toBe(checkCodeOf(['png'], files))
        expect(walk.tiles).toBe(files.length)
      }),
    )
  })
})
