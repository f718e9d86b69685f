import { describe, expect, it } from 'vitest'
import { type Curve, luptonRgb, makePlane, stretch } from '#src/image'

const plane = (...values: number[]) => ({ width: values.length, height: 1, data: Float32Array.from(values) })

describe('a stretch', () => {
  it.each<Curve>(['linear', 'log', 'sqrt', 'asinh'])(
    '%s rises from black at the lower cut to white at the upper',
    (curve) => {
      const ramp = makePlane(1001, 1)
      for (let i = 0; i <= 1000; i++) ramp.data[i] = i / 10 - 20
      const grey = stretch(ramp, { min: 0, max: 50 }, curve).filter((_, i) => i % 2 === 0)
      expect([grey[0], grey[200], grey[700], grey[1000]]).toEqual([0, 0, 255, 255])
      for (let i = 1; i <= 1000; i++) expect(grey[i]).toBeGreaterThanOrEqual(grey[i - 1])
    },
  )

  it('follows asinh to within a grey level', () => {
    const values = Array.from({ length: 500 }, (_, i) => i / 499)
    const grey = stretch(plane(...values), { min: 0, max: 1 }, 'asinh')
    values.forEach((t, i) => {
      expect(Math.abs(grey[2 * i] - (255 * Math.asinh(10 * t)) / Math.asinh(10))).toBeLessThan(0.6)
    })
  })

  it('makes undefined pixels transparent and infinite ones the nearer cut', () => {
    const pixels = plane(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    expect([...stretch(pixels, { min: 0, max: 1 }, 'linear')]).toEqual([0, 0, 255, 255, 0, 255])
  })

  it('shows a constant plane as middle grey and refuses cuts that are none', () => {
    expect(stretch(plane(4), { min: 4, max: 4 }, 'linear')[0]).toBe(128)
    expect(() => stretch(plane(4), { min: 5, max: 4 }, 'linear')).toThrow('got 5 and 4')
    expect(() => stretch(plane(4), { min: Number.NaN, max: 4 }, 'linear')).toThrow('NaN')
  })
})

describe('Lupton colours', () => {
  /** Eq. 1 to 3 as they are written. */
  function byTheBook(rgb: number[], q: number, softening: number): number[] {
    const intensity = rgb.reduce((a, b) => a + b) / 3
    if (intensity <= 0) return [0, 0, 0]
    const f = Math.asinh((q * intensity) / softening) / q
    const scaled = rgb.map((c) => Math.max(0, (c * f) / intensity))
    const top = Math.max(1, ...scaled)
    return scaled.map((c) => (255 * c) / top)
  }

  it('equal the formula within a level over ten decades of brightness', () => {
    for (let k = 0; k < 3000; k++) {
      const level = 10 ** (-4 + (k % 100) / 10)
      const rgb = [1 + Math.sin(k), 0.8 + Math.cos(3 * k), 0.9 + Math.sin(7 * k)].map((c) => Math.fround(c * level))
      const found = luptonRgb(plane(rgb[0]), plane(rgb[1]), plane(rgb[2]), { q: 8, stretch: 5 })
      byTheBook(rgb, 8, 5).forEach((c, i) => {
        expect(Math.abs(found[i] - c)).toBeLessThan(0.8)
      })
    }
  })

  it('keep the hue of a star from its faint wings to its saturated core', () => {
    const [r, , b] = luptonRgb(plane(3e-1), plane(2e-1), plane(1e-1))
    const bright = luptonRgb(plane(3e6), plane(2e6), plane(1e6))
    expect([...bright]).toEqual([255, 170, 85, 255])
    expect(r / b).toBeCloseTo(3, 0)
  })

  it('are transparent only where every band is undefined', () => {
    const nan = plane(Number.NaN)
    expect([...luptonRgb(nan, nan, nan)]).toEqual([0, 0, 0, 0])
    expect(luptonRgb(plane(10), nan, nan)[3]).toBe(255)
  })
})
