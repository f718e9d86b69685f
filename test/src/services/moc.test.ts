import { describe, expect, it } from 'vitest'
import { MOST_MOCS, mocAddress, mocUrl, parseMoc } from '#src/services'

const parse = (path: string, query = '', accept?: string) => parseMoc(path, [...new URLSearchParams(query)], accept)
const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('an address of a coverage map', () => {
  it.each([
    ['/moc/map/demo/dr1/r.fits', '', { kind: 'map', name: 'demo/dr1/r' }, 'fits'],
    ['/moc/collection/demo.coadd', '', { kind: 'collection', name: 'demo.coadd' }, undefined],
    ['/moc/collection/demo.coadd.txt', '', { kind: 'collection', name: 'demo.coadd' }, 'ascii'],
    ['/moc/release/dr1', 'RESPONSEFORMAT=application/json', { kind: 'release', name: 'dr1' }, 'json'],
    ['/moc/band/r', 'responseformat=ASCII', { kind: 'band', name: 'r' }, 'ascii'],
    ['/moc/band/g%20%2B', '', { kind: 'band', name: 'g +' }, undefined],
  ])('%s?%s names one map and its form', (path, query, name, format) => {
    expect(parse(path, query)).toMatchObject({ union: [name], intersect: [], format })
  })

  it('is what is written into other documents', () => {
    const url = mocUrl('https://sky.example', { kind: 'collection', name: 'a b/c?d' })
    expect(url).toBe('https://sky.example/moc/collection/a%20b/c%3Fd.fits')
    expect(parse(new URL(url).pathname)?.union).toEqual([{ kind: 'collection', name: 'a b/c?d' }])
  })

  it('takes the first form of Accept that there is, and the ending before all', () => {
    expect(parse('/moc/band/r', '', 'text/html, application/json;q=0.9, */*')?.format).toBe('json')
    expect(parse('/moc/band/r', '', '*/*')?.format).toBeUndefined()
    expect(parse('/moc/band/r.fits', 'RESPONSEFORMAT=json', 'text/plain')?.format).toBe('fits')
  })

  it('has one spelling for equal requests', () => {
    const spellings = [
      'union=map:b,map:a&intersect=band:r&order=8&RESPONSEFORMAT=json',
      'ORDER=08&INTERSECT=band:r&UNION=map:a,map:b,map:a&responseformat=application/json',
    ]
    const [one, other] = spellings.map((query) => mocAddress(parse('/moc', query)!))
    expect(one).toBe(other)
    expect(parse('/moc', one.slice(one.indexOf('?') + 1))).toEqual(
      parse('/moc', 'union=map:a,map:b&intersect=band:r&order=8&RESPONSEFORMAT=json'),
    )
  })

  it('without names is the index, and with cuts alone cuts the first by the others', () => {
    expect(parse('/moc')).toBeUndefined()
    expect(parse('/moc', 'RESPONSEFORMAT=ascii')).toBeUndefined()
    expect(parse('/moc', 'intersect=band:g,band:r')).toMatchObject({
      union: [{ kind: 'band', name: 'g' }],
      intersect: [{ kind: 'band', name: 'r' }],
    })
  })
})

describe('a request for coverage that is none', () => {
  const many = Array.from({ length: MOST_MOCS + 1 }, (_, i) => `band:b${i}`).join(',')
  it.each([
    ['/moc', `union=${many}`, 'usage'],
    ['/moc', `union=${many.split(',').slice(0, 9)}&intersect=${many.split(',').slice(0, 9)}`, 'usage'],
    ['/moc', 'union=r', 'usage'],
    ['/moc', 'union=tile:r', 'usage'],
    ['/moc', 'union=__proto__:r', 'usage'],
    ['/moc', 'union=band:r&union=band:g', 'usage'],
    ['/moc', 'union=band:r&order=-1', 'usage'],
    ['/moc', 'union=band:r&order=30', 'usage'],
    ['/moc', 'union=band:r&order=1e1', 'usage'],
    ['/moc', 'union=band:r&RESPONSEFORMAT=constructor', 'usage'],
    ['/moc', 'union=band:r&callback=x', 'usage'],
    ['/moc', 'union=band:', 'not-found'],
    ['/moc', `union=band:${'x'.repeat(401)}`, 'not-found'],
    ['/moc/band/%00', '', 'not-found'],
    ['/moc/band/%E0%A4%A', '', 'not-found'],
    ['/moc/nothing/x', '', 'not-found'],
    ['/moc/band', '', 'not-found'],
    ['/moc/band/', '', 'not-found'],
  ])('%s?%.60s is refused', (path, query, code) => {
    expect(codeOf(() => parse(path, query))).toBe(code)
  })
})
