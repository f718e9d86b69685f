import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makePlane, type Plane, percentileCuts, zscale } from '#src/image'

const reference = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../reference/image_zscale.json'), 'utf8'),
) as { cases: { width: number; height: number; gain: number; min: number; max: number }[] }

/** The planes of test/reference/image_zscale.py. */
function noisy(width: number, height: number, gain: number): Plane {
  const plane = makePlane(width, height)
  for (let i = 0; i < plane.data.length; i++) {
    const noise = ((i * 7919 + 13) % 10007) / 10007 + ((i * 104729 + 7) % 9973) / 9973 - 1
    plane.data[i] = i % 1009 === 5 ? Number.NaN : (100 + 5 * noise) * gain * (i % 97 === 0 ? 40 : 1)
  }
  return plane
}

describe('cuts', () => {
  it.each(reference.cases)(
    'zscale of $width x $height pixels is that of astropy',
    ({ width, height, gain, min, max }) => {
      const cuts = zscale(noisy(width, height, gain))
      // astropy takes its median in float32.
      expect((cuts?.min ?? 0) / min).toBeCloseTo(1, 6)
      expect((cuts?.max ?? 0) / max).toBeCloseTo(1, 6)
    },
  )

  it('there are none for a plane without a finite pixel', () => {
    expect(zscale(makePlane(10, 10))).toBeUndefined()
    expect(percentileCuts(makePlane(10, 10, Number.POSITIVE_INFINITY))).toBeUndefined()
  })

  it('of a constant plane are that constant', () => {
    expect(zscale(makePlane(50, 50, 3))).toEqual({ min: 3, max: 3 })
    expect(zscale(makePlane(1, 1, 3))).toEqual({ min: 3, max: 3 })
  })

  it('percentiles lie between the samples in proportion', () => {
    const plane = makePlane(101, 1)
    for (let i = 0; i <= 100; i++) plane.data[i] = 100 - i
    expect(percentileCuts(plane, 0, 100)).toEqual({ min: 0, max: 100 })
    expect(percentileCuts(plane, 12.5, 99.5)).toEqual({ min: 12.5, max: 99.5 })
    expect(() => percentileCuts(plane, 60, 40)).toThrow('60 and 40')
  })
})
