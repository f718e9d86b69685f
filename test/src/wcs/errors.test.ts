import { describe, expect, it } from 'vitest'
import { parseWcs, WcsError } from '#src/wcs'
import { type Cards, lookupIn } from '../../support/wcs.ts'

const TAN: Cards = {
  CTYPE1: 'RA---TAN',
  CTYPE2: 'DEC--TAN',
  CRVAL1: 1,
  CRVAL2: 2,
  CRPIX1: 3,
  CRPIX2: 4,
  CDELT1: -1e-3,
  CDELT2: 1e-3,
}
const errorOf = (cards: Cards): WcsError => {
  try {
    parseWcs(lookupIn(cards))
  } catch (error) {
    if (error instanceof WcsError) return error
    throw error
  }
  throw new Error('it was read')
}

describe('a header that is not read', () => {
  it.each(['TNX', 'ZPX', 'TAB', 'COE', 'TSC', 'TPD'])('names its CTYPE and what would be read: %s', (code) => {
    const error = errorOf({ ...TAN, CTYPE1: `RA---${code}`, CTYPE2: `DEC--${code}` })
    expect(error.code).toBe('unsupported')
    expect(error.message).toContain(`RA---${code}`)
    expect(error.message).toContain('TAN, SIN, ZEA')
  })

  it.each<[string, Cards, string, string]>([
    ['no WCS at all', { NAXIS: 2 }, 'missing', 'no celestial'],
    ['linear axes', { CTYPE1: 'LINEAR', CTYPE2: 'LINEAR' }, 'missing', 'no celestial'],
    ['RA without a projection', { CTYPE1: 'RA', CTYPE2: 'DEC' }, 'unsupported', "'RA'"],
    ['a misspelt code', { ...TAN, CTYPE1: 'RA--TAN' }, 'unsupported', 'RA--TAN'],
    ['a suffix of another convention', { ...TAN, CTYPE1: 'RA---TAN-XYZ' }, 'unsupported', 'RA---TAN-XYZ'],
    ['one axis only', { CTYPE1: 'RA---TAN' }, 'invalid', 'RA---TAN'],
    ['a planet', { ...TAN, CTYPE1: 'HPLN-TAN', CTYPE2: 'HPLT-TAN' }, 'unsupported', 'HPLN'],
    ['supergalactic longitudes', { ...TAN, CTYPE1: 'SLON-TAN', CTYPE2: 'SLAT-TAN' }, 'unsupported', 'SLON'],
    ['a frame of the day', { ...TAN, RADESYS: 'GAPPT' }, 'unsupported', 'GAPPT'],
    ['FK4 without E-terms', { ...TAN, RADESYS: 'FK4-NO-E' }, 'unsupported', 'FK4-NO-E'],
    ['a singular CD matrix', { ...TAN, CD1_1: 1, CD1_2: 2, CD2_1: 2, CD2_2: 4 }, 'singular', 'no inverse'],
    ['CDELT of zero', { ...TAN, CDELT1: 0 }, 'singular', 'no inverse'],
    ['half a CD matrix', { ...TAN, CD1_1: 1e-3 }, 'singular', 'no inverse'],
    ['a latitude beyond the pole', { ...TAN, CRVAL2: 95 }, 'invalid', '95'],
    ['a string for a number', { ...TAN, CRPIX1: 'centre' }, 'invalid', 'CRPIX1'],
    [
      'CD and PC together',
      { CTYPE1: 'RA---TAN', CTYPE2: 'DEC--TAN', CD1_1: 1, CD2_2: 1, PC1_1: 1 },
      'invalid',
      'CDELT',
    ],
    ['PV of either meaning', { ...TAN, PV1_1: 1, PV2_1: 1 }, 'unsupported', 'TPV'],
    ['a lookup table of Paper IV', { ...TAN, CPDIS1: 'LOOKUP' }, 'unsupported', 'CPDIS1'],
    ['SIP of order 200', { ...TAN, A_ORDER: 200, B_ORDER: 2 }, 'invalid', '200'],
    ['SIP that folds at its centre', { ...TAN, A_ORDER: 2, B_ORDER: 2, A_1_0: -1 }, 'singular', 'SIP'],
    ['a mixed third axis', { ...TAN, NAXIS: 3, CTYPE3: 'FREQ', PC1_3: 0.1 }, 'unsupported', 'mixed'],
    ['EQUINOX in words', { ...TAN, RADESYS: 'FK5', EQUINOX: 'now' }, 'invalid', 'EQUINOX'],
    [
      'an HPX with a broken facet',
      { ...TAN, CTYPE1: 'RA---HPX', CTYPE2: 'DEC--HPX', CRVAL2: 0, PV2_1: 2.5 },
      'invalid',
      '2.5',
    ],
  ])('%s', (_, cards, code, text) => {
    const error = errorOf(cards)
    expect(error.code).toBe(code)
    expect(error.message).toContain(text)
  })

  it('says no host path and stays short, whatever the header holds', () => {
    const long = 'X'.repeat(5000)
    const headers: Cards[] = [
      { ...TAN, RADESYS: long },
      { ...TAN, CRPIX1: long },
      { ...TAN, CUNIT1: long },
      { CTYPE1: `RA---${long}`, CTYPE2: 'DEC--TAN' },
    ]
    for (const cards of headers) expect(errorOf(cards).message.length).toBeLessThan(300)
  })
})

describe('a header that is read', () => {
  it('says what it is', () => {
    expect(parseWcs(lookupIn({ ...TAN, RADESYS: 'FK5', EQUINOX: 2000 }))).toMatchObject({
      naxis: 2,
      frame: 'FK5',
      equinox: 2000,
      ctype: ['RA---TAN', 'DEC--TAN'],
      projection: 'TAN',
      distortion: 'none',
      axes: [1, 2],
      pixelScaleDeg: 1e-3,
    })
    const swapped = { ...TAN, CTYPE1: 'DEC--TAN', CTYPE2: 'RA---TAN', CRVAL1: 2, CRVAL2: 1 }
    expect(parseWcs(lookupIn(swapped))).toMatchObject({ axes: [2, 1], ctype: ['DEC--TAN', 'RA---TAN'] })
  })

  it('may have alternates', () => {
    const cards = { ...TAN, CTYPE1B: 'GLON-CAR', CTYPE2B: 'GLAT-CAR', CRVAL1B: 10, CRVAL2B: 0, CDELT1B: -1, CDELT2B: 1 }
    expect(parseWcs(lookupIn(cards), { alternate: 'B' })).toMatchObject({ frame: 'GALACTIC', projection: 'CAR' })
    expect(parseWcs(lookupIn(cards))).toMatchObject({ frame: 'ICRS', projection: 'TAN' })
  })

  it('may give numbers as bigint', () => {
    const wcs = parseWcs((keyword) => (keyword === 'CRPIX1' ? 3n : TAN[keyword]))
    expect(wcs.pixelToWorld(2, 3)![0]).toBeCloseTo(Math.PI / 180, 12)
  })
})
