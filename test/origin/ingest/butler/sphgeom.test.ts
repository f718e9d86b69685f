// Regions as sphgeom writes them, against what sphgeom itself says of them (test/reference/sphgeom_regions.py).

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contains, degToRad, radToDeg } from '#src/sky'
import { decodeRegion } from '../../../../origin/ingest/butler/sphgeom.ts'
import regions from '../../../reference/sphgeom_regions.json' with { type: 'json' }

const cases = Object.entries(regions)
const exact = ['a detector', 'a polygon over 0 h', 'a polygon round the pole', 'a triangle']
const inRegion = (base64: string, [lon, lat]: number[]) =>
  contains({ kind: 'polygon', vertices: decodeRegion(base64)!.outline }, degToRad(lon), degToRad(lat))

describe('a region of a registry', () => {
  it.each(cases)('is decoded with its bounding circle: %s', (name, { base64, raDeg, decDeg, radiusDeg }) => {
    const region = decodeRegion(base64)!
    expect(region.approximate).toBe(!exact.includes(name) && name !== 'an intersection')
    if (!exact.includes(name)) return
    if (name !== 'a polygon round the pole') expect(radToDeg(region.centre.lonRad)).toBeCloseTo(raDeg, 9)
    expect(radToDeg(region.centre.latRad)).toBeCloseTo(decDeg, 9)
    expect(radToDeg(region.radiusRad)).toBeCloseTo(radiusDeg, 10)
  })

  it.each(cases)('holds every point that sphgeom says it holds: %s', (_, { base64, inside }) => {
    expect(inside.length).toBeGreaterThan(3)
    for (const point of inside) expect(inRegion(base64, point), String(point)).toBe(true)
  })

  it.each(cases.filter(([name]) => exact.includes(name) || /circle|box|ellipse/.test(name)))(
    'holds no point that sphgeom says it does not: %s',
    (_, { base64, outside }) => {
      for (const point of outside) expect(inRegion(base64, point), String(point)).toBe(false)
    },
  )

  it('is a union where several are joined by colons', () => {
    const two = `${regions['a triangle'].base64}:${regions['a detector'].base64}`
    expect(decodeRegion(regions['a triangle'].base64)!.approximate).toBe(false)
    expect(decodeRegion(two)?.approximate).toBe(undefined)
  })

  it('is nothing where the bytes are damaged, and never an error', () => {
    const whole = Buffer.from(regions['a triangle'].base64, 'base64')
    expect(decodeRegion(whole.subarray(0, 40).toString('base64'))).toBe(undefined)
    expect(decodeRegion('')).toBe(undefined)
    expect(decodeRegion('not base64 <>')).toBe(undefined)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...'pcebui'), (bytes, type) => {
        const region = decodeRegion(Buffer.concat([Buffer.from(type), bytes]).toString('base64'))
        for (const { lonRad, latRad } of region?.outline ?? [])
          expect(Number.isFinite(lonRad) && Number.isFinite(latRad)).toBe(true)
      }),
    )
  })
})
