import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FitsError, FitsHeader } from '#src/fits'
import { referenceCases } from '../../support/fits.ts'
import { python } from '../../support/optional.ts'

const cards = (...lines: string[]) => new TextEncoder().encode(lines.map((line) => line.padEnd(80)).join(''))
const again = (header: FitsHeader) => FitsHeader.parse(header.encode())

describe('a FITS header', () => {
  it('reads every kind of value', () => {
    const header = FitsHeader.parse(
      cards(
        "TEXT    = 'it''s  '           / comment",
        'YES     =                    T',
        'NO      =                    F / no',
        'WHOLE   =                  -42',
        'BIG     =  9223372036854775807',
        'REAL    =             1.25D+03',
        'NONE    =                      / nothing',
        'CPLX    = (1.0, -2.0)',
        'HIERARCH ESO DET CHIP1 NAME = 42.5 / deep',
        "EMPTY   = ''",
      ),
    )
    const names = [
      'TEXT',
      'YES',
      'NO',
      'WHOLE',
      'BIG',
      'REAL',
      'NONE',
      'CPLX',
      'ESO DET CHIP1 NAME',
      'EMPTY',
      'LACKING',
    ]
    expect(names.map((name) => header.get(name))).toEqual([
      "it's",
      true,
      false,
      -42,
      9223372036854775807n,
      1250,
      undefined,
      '(1.0, -2.0)',
      42.5,
      '',
      undefined,
    ])
    expect(header.number('BIG')).toBe(2 ** 63)
    expect(header.number('TEXT')).toBeUndefined()
    expect(header.has('NONE')).toBe(true)
    expect(header.cards[0].comment).toBe('comment')
  })

  it('joins CONTINUE cards and leaves a stray one alone', () => {
    const header = FitsHeader.parse(
      cards("LONG    = 'one &'", "CONTINUE  'two&'", "CONTINUE  'three' / why", "OTHER   = 'x'", "CONTINUE  'stray'"),
    )
    expect(header.get('LONG')).toBe('one twothree')
    expect(header.cards[0].comment).toBe('why')
    expect(header.get('OTHER')).toBe('x')
    expect(header.cards.map(({ keyword }) => keyword)).toEqual(['LONG', 'OTHER', 'CONTINUE'])
  })

  it('writes cards nobody touched byte for byte, odd ones too', () => {
    const bytes = cards('ODD  x  =   1e', 'lower   = 5/no space', 'COMMENT \x01\x7f', "TORN    = 'no end", '', 'END')
    bytes[3 * 80 + 30] = 0xe9
    const header = FitsHeader.parse(bytes)
    header.set('ADDED', 1)
    expect(header.encode().subarray(0, 400)).toEqual(bytes.subarray(0, 400))
    expect(header.encode().length).toBe(2880)
  })

  it('means the first of duplicate keywords and keeps the others', () => {
    const header = FitsHeader.parse(cards('A       = 1 / first', 'B       = 2', 'A       = 3'))
    header.set('A', 10)
    expect(header.cards.map(({ value }) => value)).toEqual([10, 2, 3])
    expect(header.cards[0].comment).toBe('first')
    expect(header.remove('A').cards.map(({ keyword }) => keyword)).toEqual(['B'])
    expect(header.get('A')).toBeUndefined()
  })

  it('gives back any text, number and comment it was given', () => {
    const text = fc.string({ unit: 'grapheme-ascii', maxLength: 300 }).map((value) => value.trimEnd())
    const value = fc.oneof(text, fc.boolean(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
    const keyword = fc
      .stringMatching(/^[A-Z][A-Z0-9_-]{0,7}$/)
      .filter((name) => !/^(?:END|COMMENT|HISTORY|CONTINUE|HIERARCH)$/.test(name))
    fc.assert(
      fc.property(keyword, value, (name, given) => {
        expect(again(new FitsHeader().set(name, given, 'c')).get(name)).toBe(given)
        expect(again(new FitsHeader().set(`${name} DEEP KEY`, given)).get(`${name} DEEP KEY`)).toBe(given)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what a card cannot hold', () => {
    for (const set of [() => new FitsHeader().set('A', Number.NaN), () => new FitsHeader().set('K\n', 1)])
      expect(set).toThrow(FitsError)
  })

  const astropy = python('astropy')
  const fitsio = python('fitsio')
  describe.skipIf(!astropy.found || !fitsio.found)(astropy.says('beside astropy'), () => {
    it('reads the same keywords, values and comments', () => {
      const { folder } = referenceCases()
      const file = readFileSync(join(folder, 'header.fits'))
      const header = FitsHeader.parse(new Uint8Array(file.subarray(0, file.indexOf('END     '.padEnd(80)))))
      const rows = JSON.parse(readFileSync(join(folder, 'headers.json'), 'utf8')) as [string, unknown, string][]
      const ours = header.cards.map(({ keyword, value, comment }) => [
        keyword.toUpperCase(),
        typeof value === 'bigint' ? { bigint: value.toString() } : (value ?? null),
        comment,
      ])
      expect(ours).toEqual(rows)
    })
  })
})
