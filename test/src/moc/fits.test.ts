import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { binTableBytes, emptyPrimaryBytes, FitsHeader } from '#src/fits'
import {
  emptyMoc,
  equal,
  type Moc,
  mocAscii,
  mocOfCone,
  parseMocAscii,
  readMocFits,
  skyFraction,
  writeMocFits,
} from '#src/moc'
import { command, PYTHON, python, shared, skyData } from '../../support/optional.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-moc-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A MOC file of one column with these values and cards. */
function file(code: 'J' | 'K', values: bigint[], cards: Record<string, string | number>): Uint8Array {
  const header = new FitsHeader()
  for (const [keyword, value] of Object.entries(cards)) header.set(keyword, value)
  const column = { name: 'UNIQ', code, values: code === 'J' ? values.map(Number) : BigInt64Array.from(values) }
  return Buffer.concat([emptyPrimaryBytes(), binTableBytes([column], { header })])
}

describe('a MOC in FITS', () => {
  it('is read in every form: NUNIQ of 32 and 64 bits, old and new keywords, ranges of order 29', () => {
    const uniq = [16n + 0n, 17n + 0n, 64n + 12n]
    const expected = parseMocAscii('1/0-1 2/12 4/')
    expect(equal(readMocFits(file('J', uniq, { ORDERING: 'NUNIQ', COORDSYS: 'C', MOCORDER: 4 })), expected)).toBe(true)
    expect(equal(readMocFits(file('K', uniq, { MOCVERS: '2.0', MOCDIM: 'SPACE', MOCORD_S: 4 })), expected)).toBe(true)
    const cell = 4n ** 28n
    const ranges = [0n, 2n * cell, 3n * cell, 3n * cell + cell / 4n]
    const cards = { MOCVERS: '2.0', MOCDIM: 'SPACE', ORDERING: 'RANGE', COORDSYS: 'C', MOCORD_S: 4 }
    expect(mocAscii(readMocFits(file('K', ranges, cards)))).toBe('1/0-1 2/12 4/')
  })

  it('deeper than order 24 is taken at order 24, touched cells whole', () => {
    const deepest = 12n * 4n ** 29n - 1n
    expect(mocAscii(readMocFits(file('K', [4n * 4n ** 29n + deepest], {})))).toBe('24/3377699720527871')
    const ranges = { ORDERING: 'RANGE', MOCDIM: 'SPACE', MOCORD_S: 29 }
    expect(mocAscii(readMocFits(file('K', [1023n, 1025n], ranges)))).toBe('24/0-1')
    expect(mocAscii(readMocFits(file('K', [1024n, 2048n], ranges)))).toBe('24/1')
  })

  it('is refused where it is no space map in ICRS, or holds no cells', () => {
    const bad: [Uint8Array, string][] = [
      [file('J', [16n], { MOCDIM: 'TIME' }), 'TIME'],
      [file('J', [16n], { COORDSYS: 'G' }), 'ICRS'],
      [file('J', [16n], { ORDERING: 'RING' }), 'RING'],
      [file('J', [3n], {}), 'at least 4'],
      [file('J', [-5n], {}), 'at least 4'],
      [file('K', [4n ** 31n], {}), 'order up to 29'],
      [file('K', [5n], { ORDERING: 'RANGE' }), 'pairs'],
      [file('K', [5n, 4n ** 31n], { ORDERING: 'RANGE' }), 'lies within'],
      [file('J', [16n], { MOCORDER: 99 }), '0 to 29'],
      [emptyPrimaryBytes(), 'binary table'],
      [writeMocFits(mocOfCone(8, 1, 1, 0.3)).subarray(0, 6000), 'bytes'],
      [new Uint8Array(0), 'empty'],
    ]
    for (const [bytes, message] of bad) expect(() => readMocFits(bytes), message).toThrow(message)
  })

  const maps: [string, Moc][] = [
    ['shallow', mocOfCone(9, 1, 0.4, 0.1)],
    ['deep', mocOfCone(20, 1, 0.4, 1e-5)],
    ['empty', emptyMoc(7)],
  ]
  const fitsverify = command('fitsverify')
  it.skipIf(!fitsverify.found)(fitsverify.says('is found without fault by fitsverify'), () => {
    for (const [name, moc] of maps) {
      const path = join(folder, `${name}.fits`)
      writeFileSync(path, writeMocFits(moc, { date: '2026-11-22T16:14:00' }))
      const { stdout } = spawnSync('fitsverify', ['-q', path], { encoding: 'utf8' })
      expect(stdout).toContain('verification OK')
    }
  })

  const astropy = python('astropy')
  it.skipIf(!astropy.found)(astropy.says('says to astropy what its cells are'), () => {
    const path = join(folder, 'astropy.fits')
    const moc = mocOfCone(16, 4, -0.7, 1e-3)
    writeFileSync(path, writeMocFits(moc))
    const script = [
      'import sys, numpy as np',
      'from astropy.io import fits',
      'u = fits.getdata(sys.argv[1]).field("UNIQ").astype(object)',
      'o = [(int(x).bit_length() - 3) // 2 for x in u]',
      'print(max(o), sum(4.0 ** -k for k in o) / 12, (sorted(u) == list(u)))',
    ].join('\n')
    const { stdout } = spawnSync(PYTHON, ['-c', script, path], { encoding: 'utf8' })
    const [deepest, fraction, sorted] = stdout.trim().split(' ')
    expect([Number(deepest), sorted]).toEqual([16, 'True'])
    expect(Number(fraction) / skyFraction(moc)).toBeCloseTo(1, 12)
  })

  const real = skyData('moc')
  it.skipIf(!real.found)(real.says("of CDS is read with astropy's sky fraction, and written again the same"), () => {
    // Fractions: sum of 1 / (12 * 4^order) over the UNIQ column read with astropy 5.2.
    const known: Record<string, [order: number, fraction: number]> = {
      'moc/CDS-I-125A-catalog_MOC.fits': [8, 0.01623407999674479],
      'moc/P-GALEXGR6-AIS-FUV.fits': [24, 0.6821034749348955],
      'moc/P-SDSS9-r.fits': [24, 0.3624379634857181],
      'moc/SMOC.fits': [24, 0.004069010417],
      'hips/DSS2_color/Moc.fits': [9, 1],
    }
    for (const [name, [order, fraction]] of Object.entries(known)) {
      const moc = readMocFits(readFileSync(shared(`data/sky/${name}`)))
      expect([name, moc.order]).toEqual([name, order])
      expect(skyFraction(moc)).toBeCloseTo(fraction, 10)
      expect(equal(readMocFits(writeMocFits(moc)), moc)).toBe(true)
    }
    for (const other of ['TMOC', 'STMOC', 'P2012180'])
      expect(() => readMocFits(readFileSync(shared(`data/sky/moc/${other}.fits`)))).toThrow('only space MOCs')
  })
})
