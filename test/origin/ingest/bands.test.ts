import { describe, expect, it } from 'vitest'
import { FitsHeader } from '#src/fits'
import { bandNamed, bandOf } from '../../../origin/ingest/bands.ts'
import { HeaderStack } from '../../../origin/ingest/header-stack.ts'

function bandIn(cards: Record<string, string | number | [number, string]>) {
  const header = new FitsHeader()
  for (const [keyword, value] of Object.entries(cards))
    Array.isArray(value) ? header.set(keyword, value[0], value[1]) : header.set(keyword, value)
  return bandOf(new HeaderStack([header]))
}

describe('filters', () => {
  it.each([
    ['r', 'r', 552, 691],
    ['HSC-R', 'r', 552, 691],
    ['HSC-r', 'r', 552, 691],
    ['i_39', 'i', 691, 818],
    ['z SDSS c6020', 'z', 818, 922],
    ['z DECam SDSS c0004 9260.0 1520.0', 'z', 850, 1002],
    ['Ks', 'Ks', 2028, 2290],
    ['KS', 'Ks', 2028, 2290],
    ['J', 'J', 1154, 1316],
    ['I', 'I', 725, 880],
    ['R', 'R', 570, 720],
    ['OG590', 'OG590', 590, 690],
    ['F200W', 'F200W', 1755, 2227],
    ['NUV', 'NUV', 177, 283],
  ])('%s is %s, %d to %d nm', (name, band, minNm, maxNm) => {
    const found = bandNamed(name)!
    expect(found.band).toBe(band)
    expect(found.emMinM! * 1e9).toBeCloseTo(minNm, 6)
    expect(found.emMaxM! * 1e9).toBeCloseTo(maxNm, 6)
  })

  it('count in other units at Hubble than at Webb', () => {
    const middle = (name: string, facility: string) => {
      const { emMinM, emMaxM } = bandNamed(name, facility)!
      return Math.round(((emMinM! + emMaxM!) / 2) * 1e9)
    }
    expect(middle('F606W', 'HST')).toBe(606)
    expect(middle('F160W', 'HST')).toBe(1600)
    expect(middle('F770W', 'JWST')).toBe(7700)
  })

  it('keep a name that nobody knows, without wavelengths, and none where there is none', () => {
    expect(bandNamed('N964')).toEqual({ band: 'N964' })
    for (const name of ['', '_unknown_', 'CLEAR', 'Open']) expect(bandNamed(name)).toBeUndefined()
  })

  it('are numbered at some instruments, or named in a keyword of their own', () => {
    expect(bandIn({ TELESCOP: 'WISE', BAND: 1 }).band).toBe('W1')
    expect(bandIn({ INSTRUME: 'IRAC', CHNLNUM: 4 }).band).toBe('I4')
    expect(bandIn({ INSTRUME: 'SPIRITIII', WAVELENG: 2.134e-5 })).toMatchObject({ band: 'E', emMinM: 1.82e-5 })
    expect(bandIn({ BAND: 'H' }).band).toBe('H')
    expect(bandIn({ FILTER1: 'CLEAR1L', FILTER2: 'F606W', TELESCOP: 'HST' }).band).toBe('F606W')
    expect(bandIn({ TELESCOP: 'WISE', BAND: 7 })).toEqual({})
  })

  it('are a wavelength alone where its unit is said', () => {
    expect(bandIn({ WAVELENG: [1.12, 'mm (avoids CO 2-1)'] })).toEqual({ emMinM: 1.12e-3, emMaxM: 1.12e-3 })
    expect(bandIn({ WAVELENG: 1.12 })).toEqual({})
    expect(bandIn({ WAVELENG: [1.12, 'mm'], BGPSVERS: '2.0' }).band).toBe('1.1mm')
  })
})
