import { describe, expect, it } from 'vitest'
import { FitsHeader } from '#src/fits'
import { HeaderStack } from '../../../origin/ingest/header-stack.ts'
import { parseDate, taiToUtc, timesOf } from '../../../origin/ingest/time.ts'

type Cards = Record<string, string | number | [number | string, string]>

function stack(cards: Cards): HeaderStack {
  const header = new FitsHeader()
  for (const [keyword, value] of Object.entries(cards)) {
    if (Array.isArray(value)) header.set(keyword, value[0], value[1])
    else header.set(keyword, value)
  }
  return new HeaderStack([header])
}
const secondsBetween = (a: number | undefined, b: number | undefined) => (a! - b!) * 86_400

describe('dates', () => {
  it('are read in ISO form and in the form from before 1998', () => {
    expect(parseDate('2000-01-01T12:00:00')).toEqual({ mjd: 51544.5, dateOnly: false })
    expect(parseDate('2000-01-01')).toEqual({ mjd: 51544, dateOnly: true })
    expect(parseDate('01/01/99')).toEqual({ mjd: 51179, dateOnly: true })
    expect(parseDate('1858-11-17T00:00:00Z')?.mjd).toBe(0)
  })

  it('are refused where there is no such day or hour', () => {
    for (const text of ['', '2000-13-01', '2001-02-29', '2000-01-01T25:00:00', 'yesterday', '2000-1-1'])
      expect(parseDate(text), text).toBeUndefined()
  })

  it('go from TAI to UTC by the leap seconds of their day', () => {
    expect(secondsBetween(60000, taiToUtc(60000))).toBeCloseTo(37, 4)
    expect(secondsBetween(51544.5, taiToUtc(51544.5))).toBeCloseTo(32, 4)
    expect(taiToUtc(40000)).toBe(40000)
  })
})

describe('when an image was taken', () => {
  it('is its start and the exposure', () => {
    const { tMinMjd, tMaxMjd, exptimeS } = timesOf(stack({ 'MJD-OBS': 57000.5, EXPTIME: 86.4 }))
    expect(tMinMjd).toBe(57000.5)
    expect(tMaxMjd).toBeCloseTo(57000.501, 9)
    expect(exptimeS).toBe(86.4)
  })

  it('is nothing where the header says nothing, or says a zero of Unix time', () => {
    expect(timesOf(stack({}))).toEqual({ exptimeS: undefined })
    expect(timesOf(stack({ 'DATE-AVG': '1970-01-01T00:00:00', EXPTIME: 0 }))).toEqual({ exptimeS: undefined })
    expect(timesOf(stack({ 'MJD-OBS': 1e9 })).tMinMjd).toBeUndefined()
  })

  it('starts before a mid-point, which keyword or comment says', () => {
    const afw = timesOf(stack({ 'DATE-AVG': '2020-01-20T12:34:56', TIMESYS: 'TAI', EXPTIME: 30 }))
    expect(afw.tMinMjd).toBeCloseTo(58868 + (12 * 3600 + 34 * 60 + 56 - 37 - 15) / 86_400, 9)
    const wise = timesOf(stack({ MJD_OBS: [55358.5, '[days] Obs. midpoint Modified Julian Day'], EXPTIME: 8.64 }))
    expect(wise.tMinMjd).toBeCloseTo(55358.49995, 9)
  })

  it('takes minutes for minutes, text for numbers, and SDSS seconds for days', () => {
    expect(timesOf(stack({ EXPOSURE: [65, 'Observation: Exposure Minutes'] })).exptimeS).toBe(3900)
    expect(timesOf(stack({ EXPTIME: '53.907456' })).exptimeS).toBe(53.907456)
    expect(timesOf(stack({ TAI: 4445991495.33, TIMESYS: 'TAI', 'DATE-OBS': '1999-10-07' })).tMinMjd).toBeCloseTo(
      4445991495.33 / 86_400 - 32 / 86_400,
      9,
    )
  })

  it('is a whole day where only the date is known, and a moment where a clock is', () => {
    expect(timesOf(stack({ 'DATE-OBS': '2014-11-24' }))).toMatchObject({ tMinMjd: 56985, tMaxMjd: 56986 })
    expect(timesOf(stack({ 'DATE-OBS': '2014-11-24', 'UT-STR': '12:00:00.0' })).tMinMjd).toBe(56985.5)
  })

  it('ignores an end that belongs to another start', () => {
    const cards = { 'MJD-OBS': 59759.4, 'MJD-BEG': 59894.1, 'MJD-END': 59894.2, EXPTIME: 8640 }
    expect(timesOf(stack(cards)).tMaxMjd).toBeCloseTo(59759.5, 9)
    expect(timesOf(stack({ ...cards, 'MJD-BEG': 59759.4 })).tMaxMjd).toBe(59894.2)
  })
})
