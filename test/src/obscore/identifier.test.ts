import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cleanProductId,
  formatDegrees,
  isName,
  ObscoreError,
  parsePublisherDid,
  publisherDid,
  sRegion,
} from '#src/obscore'
import { lonLatDeg } from '#src/sky'

describe('publisher identifiers', () => {
  it('are read back as they were written', () => {
    const name = { authority: 'skyedge.example', release: 'dr1', productId: 'demo.calexp-00012-2-r' }
    expect(publisherDid(name)).toBe('ivo://skyedge.example/dr1?demo.calexp-00012-2-r')
    expect(parsePublisherDid(publisherDid(name))).toEqual(name)
    expect(parsePublisherDid('IVO://Skyedge.Example/dr1?a')).toEqual({
      authority: 'skyedge.example',
      release: 'dr1',
      productId: 'a',
    })
  })

  it('are refused with anything that a URI would escape', () => {
    expect(() => publisherDid({ authority: 'a', release: 'dr1', productId: 'a b' })).toThrow(ObscoreError)
    for (const text of [
      '',
      'ivo://a/dr1',
      'ivo://a/dr1?',
      'http://a/dr1?b',
      'ivo://a/dr1?b?c',
      'ivo://a/d/r?b',
      'ivo://a/dr1?b%20',
    ])
      expect(parsePublisherDid(text), text).toBeUndefined()
  })

  it('are made of any file name', () => {
    expect(cleanProductId('a-weird "name"\n+ü')).toBe('a-weird_name_')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => isName(cleanProductId(text))))
    fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9][\w.~-]{0,50}$/), (text) => cleanProductId(text) === text))
  })
})

describe('s_region', () => {
  it('writes degrees without exponents or trailing zeros', () => {
    expect(formatDegrees(1e-12)).toBe('0')
    expect(formatDegrees(-1e-12)).toBe('0')
    expect(formatDegrees(10.5)).toBe('10.5')
    expect(formatDegrees(100)).toBe('100')
    expect(sRegion([lonLatDeg(1, 2), lonLatDeg(3, -4.25)])).toBe('POLYGON ICRS 1 2 3 -4.25')
  })
})
