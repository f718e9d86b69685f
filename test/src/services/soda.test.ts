import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DaliError, sodaFault } from '#src/dali'
import { parseSoda, sodaQuery } from '#src/services'

const DID = 'ivo://skyedge.example/dr1?demo.calexp-00012-2-r'
const parse = (query: string) => parseSoda(new URLSearchParams(query))
const key = (pairs: [string, string][]) => sodaQuery(parseSoda(pairs))
const fault = (query: string) => {
  try {
    parse(query)
  } catch (error) {
    return sodaFault(error)
  }
  throw new Error('it was taken')
}

describe('a SODA request', () => {
  it('names a product and a region', () => {
    expect(parse(`id=${encodeURIComponent(DID)}&Circle=12+34+0.5&RUNID=night-7`)).toMatchObject({
      id: DID,
      region: { kind: 'circle', lonDeg: 12, latDeg: 34, radiusDeg: 0.5 },
      format: { kind: 'fits', mediaType: 'application/fits' },
      runId: 'night-7',
    })
    expect(parse('ID=a').region).toBeUndefined()
  })

  it('gets back the media type that it names', () => {
    const type = (value: string) => parse(`ID=a&RESPONSEFORMAT=${value}`).format.mediaType
    expect([type('fits'), type('image/fits'), type('png'), type('Image/PNG')]).toEqual([
      'application/fits',
      'image/fits',
      'image/png',
      'image/png',
    ])
  })

  it.each([
    ['', 400, 'UsageError: ID is missing'],
    ['ID=', 400, 'UsageError: ID has no value'],
    ['ID=a&c%C4%B1rcle=1 2 3', 400, 'UsageError: "cırcle" is no parameter'],
    ['ID=a&po%C5%BF=CIRCLE 1 2 3', 400, 'UsageError: "poſ" is no parameter'],
    ['ID=a&ID=b', 400, 'MultiValuedParamNotSupported: ID takes one value'],
    ['ID=a&ID=a', 400, 'MultiValuedParamNotSupported: ID'],
    ['ID=a&CIRCLE=1 2 3&circle=1 2 3', 400, 'MultiValuedParamNotSupported: CIRCLE'],
    ['ID=a&CIRCLE=1 2 3&POS=CIRCLE 1 2 3', 400, 'MultiValuedParamNotSupported: one region'],
    ['ID=a&CIRCLE=1 2 3&POLYGON=1 2 3 4 5 6', 400, 'MultiValuedParamNotSupported: one region'],
    ['ID=a&BAND=1e-7 2e-7', 400, 'UsageError: BAND cannot be used'],
    ['ID=a&time=5 6', 400, 'UsageError: TIME cannot be used'],
    ['ID=a&POL=I', 400, 'UsageError: POL cannot be used'],
    ['ID=a&KERNSIZE=3', 400, 'UsageError: "KERNSIZE" is no parameter'],
    ['ID=a&__proto__=3', 400, 'UsageError: "__proto__" is no parameter'],
    ['ID=a&RESPONSEFORMAT=votable', 400, 'UsageError: RESPONSEFORMAT "votable" is not offered'],
    ['ID=a&CIRCLE=', 400, 'UsageError: CIRCLE has no value'],
    [`ID=a&RUNID=${'x'.repeat(65)}`, 400, 'UsageError: RUNID has 65 characters'],
    ['ID=a%00b', 400, 'UsageError: ID holds a control character'],
    [`ID=a&${'x=1&'.repeat(300)}`, 400, 'UsageError: "x" is no parameter'],
  ])('is refused in the words of the standard: %s', (query, status, text) => {
    const { status: got, body } = fault(query)
    expect(got).toBe(status)
    expect(body.startsWith(text), body).toBe(true)
    expect(body).toMatch(/^[^\n]*\n$/)
  })

  it('never shows the words of an error of another kind', () => {
    expect(sodaFault(new Error('/srv/secret: SELECT 1'))).toMatchObject({
      status: 500,
      body: 'Error: internal error\n',
    })
    expect(sodaFault(new DaliError('not-found', 'no such product')).status).toBe(404)
  })
})

describe('the canonical query', () => {
  const number = fc.double({ noNaN: true, min: 1e-6, max: 89 })
  const spelled = (value: number) =>
    fc.constantFrom(String(value), `+${value}`, value.toExponential(), `${value.toExponential()}`.replace('e', 'E'))
  const anyCase = (name: string) =>
    fc.constantFrom(name, name.toLowerCase(), name[0] + name.slice(1).toLowerCase(), name.toUpperCase())

  const request = fc
    .tuple(fc.string({ minLength: 1, maxLength: 20 }), number, number, number)
    .filter(([id]) => id.trim() !== '' && !/\p{Cc}/u.test(id))

  it('is one for equal requests: order, case of names, spelling of numbers, RUNID', () => {
    fc.assert(
      fc.property(
        request.chain(([id, lon, lat, radius]) =>
          fc.record({
            id: fc.constant(id),
            names: fc.tuple(anyCase('ID'), anyCase('CIRCLE'), anyCase('RESPONSEFORMAT'), anyCase('RUNID')),
            numbers: fc.tuple(spelled(lon), spelled(lat), spelled(radius)),
            gap: fc.constantFrom(' ', '  ', '\t'),
            asPos: fc.boolean(),
            format: fc.constantFrom(undefined, 'fits', 'application/fits'),
            runId: fc.constantFrom(undefined, 'r1'),
            flip: fc.boolean(),
            plain: fc.constant(`${lon} ${lat} ${radius}`),
          }),
        ),
        ({ id, names, numbers, gap, asPos, format, runId, flip, plain }) => {
          const text = numbers.join(gap)
          const pairs: [string, string][] = [[names[0], id], asPos ? ['POS', `CIRCLE ${text}`] : [names[1], text]]
          if (format) pairs.push([names[2], format])
          if (runId) pairs.push([names[3], runId])
          expect(key(flip ? pairs.reverse() : pairs)).toBe(
            key([
              ['ID', id],
              ['CIRCLE', plain],
            ]),
          )
        },
      ),
    )
  })

  it('is another for other requests', () => {
    fc.assert(
      fc.property(request, request, ([a, ...x], [b, ...y]) => {
        fc.pre(a !== b || x.some((value, i) => value !== y[i]))
        const one = [
          ['ID', a],
          ['CIRCLE', x.join(' ')],
        ] as [string, string][]
        const two = [
          ['ID', b],
          ['CIRCLE', y.join(' ')],
        ] as [string, string][]
        expect(key(one)).not.toBe(key(two))
      }),
    )
    expect(sodaQuery(parse('ID=a&RESPONSEFORMAT=png'))).not.toBe(sodaQuery(parse('ID=a')))
  })

  it('is a request that means the same: what it says parses to itself', () => {
    for (const query of [
      'ID=a',
      'ID=a&POS=RANGE -Inf Inf -90 90',
      'ID=a%26b&POLYGON=1 2 3 4 5 6 1 2',
      'ID=a&POS=CIRCLE 1 2 3',
    ]) {
      const once = sodaQuery(parse(query))
      expect(sodaQuery(parse(once))).toBe(once)
    }
  })
})
