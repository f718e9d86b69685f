import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { circle, double, interval, type Literal, polygon, pos, range, timestamp } from '#src/dali'

const read = <T>(literal: Literal<T>, text: string) => literal.parse(text, 'X')
const canonical = <T>(literal: Literal<T>, text: string) => literal.format(literal.parse(text, 'X'))

describe('literals', () => {
  it.each<[string, Literal<never>, string, string]>([
    ['a circle', circle as never, ' 12.50  -3e1 .5 ', '12.5 -30 0.5'],
    ['a longitude beyond 360', circle as never, '372.5 0 1', '12.5 0 1'],
    ['a negative longitude', circle as never, '-90 -0 1', '270 0 1'],
    ['a polygon that repeats its start', polygon as never, '1 2 3 4 5 6 1 2', '1 2 3 4 5 6'],
    ['a range over the meridian', range as never, '350 370 1 2', '350 10 1 2'],
    ['an open range', range as never, '-Inf +Inf 89 +Inf', '0 360 89 90'],
    ['a whole turn', range as never, '0 360 -2 2', '0 360 -2 2'],
    ['POS with a circle', pos as never, 'CIRCLE 12 34 0.5', 'CIRCLE 12 34 0.5'],
    ['POS with a range', pos as never, 'RANGE 12 14 34 36', 'RANGE 12 14 34 36'],
    ['POS with a polygon', pos as never, 'POLYGON 12 34 14 34 14 36 12 36', 'POLYGON 12 34 14 34 14 36 12 36'],
    ['an interval', interval as never, '-Inf 300', '-Inf 300'],
    ['a date', timestamp as never, '2027-03-04', '2027-03-04T00:00:00'],
    ['a civil time', timestamp as never, '2027-03-04T05:06:07.25Z', '2027-03-04T05:06:07.250'],
  ])('take %s', (_, literal, text, expected) => {
    expect(canonical(literal as Literal<unknown>, text)).toBe(expected)
  })

  const bad: [string, Literal<unknown>, string][] = [
    ['two numbers for a circle', circle, '12.0 34.0'],
    ['NaN', circle, '12 34 NaN'],
    ['an infinity', circle, 'Inf 34 1'],
    ['an overflow', circle, '1e999 34 1'],
    ['hexadecimal', circle, '0x10 34 1'],
    ['a comma', circle, '12,34,1'],
    ['a negative radius', circle, '12 34 -1'],
    ['no radius', circle, '12 34 0'],
    ['a radius beyond the sphere', circle, '12 34 180.1'],
    ['a latitude beyond the pole', circle, '12 90.0001 1'],
    ['two vertices', polygon, '1 2 3 4'],
    ['three vertices of which two are one', polygon, '1 2 3 4 3 4'],
    ['half a vertex', polygon, '1 2 3 4 5 6 7'],
    ['a thousand vertices', polygon, '1 2 '.repeat(1000)],
    ['latitudes the wrong way', range, '1 2 4 3'],
    ['an empty range', range, '+Inf 2 3 4'],
    ['a lower-case keyword', pos, 'circle 1 2 3'],
    ['no keyword', pos, '1 2 3'],
    ['a box', pos, 'BOX 1 2 3 4'],
    ['a keyword alone', pos, 'CIRCLE'],
    ['an interval the wrong way', interval, '2 1'],
    ['a month that is none', timestamp, '2027-13-01'],
    ['a day that is none', timestamp, '2027-02-30'],
    ['a time zone', timestamp, '2027-02-03T04:05:06+01:00'],
    ['nothing', double, ''],
    ['an underscore', double, '1_000'],
  ]
  it.each(bad)('refuse %s', (_, literal, text) => {
    expect(() => read(literal, text)).toThrow(expect.objectContaining({ name: 'DaliError', code: 'usage' }))
  })

  it('say what, the value, and what was expected', () => {
    expect(() => circle.parse('12.0 34.0', 'CIRCLE')).toThrow('CIRCLE needs 3 numbers, got 2: "12.0 34.0"')
    expect(() => pos.parse('CIRCLE 1 2 -3', 'POS')).toThrow('POS CIRCLE needs a radius above 0')
  })

  const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
  const latitude = fc.double({ noNaN: true, min: -90, max: 90 })
  it('come back as they were written, and a second writing changes nothing', () => {
    const radius = fc.double({ noNaN: true, min: 1e-9, max: 180 })
    fc.assert(
      fc.property(finite, latitude, radius, (lon, lat, r) => {
        const once = canonical(circle, `${lon} ${lat} ${r}`)
        const { lonDeg, latDeg, radiusDeg } = read(circle, once)
        expect(canonical(circle, once)).toBe(once)
        expect(latDeg).toBe(lat === 0 ? 0 : lat)
        expect(radiusDeg).toBe(r)
        expect(lonDeg >= 0 && lonDeg < 360).toBe(true)
      }),
    )
  })

  it('throw nothing but DaliError, whatever comes', () => {
    const words = fc.array(fc.oneof(fc.string(), fc.constantFrom('CIRCLE', 'RANGE', 'POLYGON', '1', '-Inf', '9e9')))
    fc.assert(
      fc.property(words, (parts) => {
        for (const literal of [circle, polygon, range, pos, interval, timestamp, double] as Literal<unknown>[]) {
          try {
            read(literal, parts.join(' '))
          } catch (error) {
            expect((error as Error).name).toBe('DaliError')
          }
        }
      }),
    )
  })
})
