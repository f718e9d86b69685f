import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ARCSEC,
  DEG,
  lonLatToVector,
  normalizeLon,
  offset,
  positionAngleRad,
  separationRad,
  TWO_PI,
  vectorSeparationRad,
  vectorToLonLat,
  wrapAngle,
} from '#src/sky'

const lon = fc.double({ min: -10, max: 10, noNaN: true })
const lat = fc.double({ min: -Math.PI / 2, max: Math.PI / 2, noNaN: true })

describe('angles', () => {
  it('are brought into [0, 2 pi), also the smallest negative ones', () => {
    expect(normalizeLon(-1e-300)).toBe(0)
    expect(normalizeLon(TWO_PI)).toBe(0)
    expect(normalizeLon(-Math.PI)).toBeCloseTo(Math.PI)
    expect(wrapAngle(1.5 * Math.PI)).toBeCloseTo(-Math.PI / 2)
    fc.assert(fc.property(lon, (angle) => normalizeLon(angle) >= 0 && normalizeLon(angle) < TWO_PI))
  })
})

describe('vectors', () => {
  it('come back to longitude and latitude', () => {
    fc.assert(
      fc.property(lon, lat, (a, d) => {
        const back = vectorToLonLat(lonLatToVector(a, d))
        expect(separationRad(a, d, back.lonRad, back.latRad)).toBeLessThan(1e-15)
      }),
    )
  })

  it('keep separations of a milliarcsecond, and of nearly half a turn', () => {
    expect(separationRad(1, 0.5, 1, 0.5 + 1e-3 * ARCSEC) / ARCSEC).toBeCloseTo(1e-3, 9)
    expect(separationRad(0, 0, Math.PI, 1e-9)).toBeCloseTo(Math.PI - 1e-9, 14)
    expect(vectorSeparationRad(lonLatToVector(1, 0.5), lonLatToVector(1, 0.5 + 1e-8))).toBeCloseTo(1e-8, 15)
  })

  it('move along a position angle by a distance, and find both again', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        fc.double({ min: 0.01, max: 6.2, noNaN: true }),
        fc.double({ min: 1e-4, max: 3, noNaN: true }),
        (a, d, angle, distance) => {
          const there = offset(a, d, angle, distance)
          expect(separationRad(a, d, there.lonRad, there.latRad)).toBeCloseTo(distance, 12)
          expect(wrapAngle(positionAngleRad(a, d, there.lonRad, there.latRad) - angle)).toBeCloseTo(0, 9)
        },
      ),
    )
  })

  it('count position angles from north through east', () => {
    expect(positionAngleRad(0, 0, 1 * DEG, 0)).toBeCloseTo(Math.PI / 2)
    expect(positionAngleRad(0, 0, 0, 1 * DEG)).toBe(0)
  })
})
