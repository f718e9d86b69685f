// The same sentences in Node and in workerd (Node compatibility off): src runs wherever an edge or an origin runs.

import { describe, expect, it } from 'vitest'
import { etagOf, parseRange } from '#src/caching'
import { pairsOf } from '#src/dali'
import { FitsHeader, imageHduBytes, readHdus, readWindow, toPhysical } from '#src/fits'
import { centre, coneCells, hash } from '#src/healpix'
import { encodePng } from '#src/image'
import { contains, mocAscii, mocOf, parseMocAscii } from '#src/moc'
import { ANONYMOUS, decide } from '#src/rights'
import { portableRuntime } from '#src/runtime'
import { parseSoda, sodaQuery } from '#src/services'
import { degToRad } from '#src/sky'
import { memorySource } from '#src/storage'
import { parseWcs } from '#src/wcs'

const CARDS: Record<string, string | number> = {
  CTYPE1: 'RA---TAN',
  CTYPE2: 'DEC--TAN',
  CRVAL1: 150.1,
  CRVAL2: 2.2,
  CRPIX1: 4.5,
  CRPIX2: 3.5,
  CD1_1: -2e-4,
  CD1_2: 1e-5,
  CD2_1: 1e-5,
  CD2_2: 2e-4,
}

describe('src, in this runtime', () => {
  it('writes an image, reads a window of it back and keeps every pixel', async () => {
    const header = new FitsHeader()
    for (const [keyword, value] of Object.entries(CARDS)) header.set(keyword, value)
    const data = Float32Array.from({ length: 48 }, (_, i) => i / 3)
    const raw = { bitpix: -32 as const, width: 8, height: 6, data, bscale: 1, bzero: 0 }
    const bytes = imageHduBytes(header, raw, { primary: true, runtime: portableRuntime })
    const source = memorySource('memory', bytes)
    const [hdu] = await readHdus(source)
    const cut = await readWindow(source, hdu, { x0: 2, y0: 1, x1: 5, y1: 3 }, { runtime: portableRuntime })
    expect([...toPhysical(cut)]).toEqual([10, 11, 12, 18, 19, 20].map((i) => Math.fround(i / 3)))
    expect(hdu.header.number('CRVAL1')).toBe(150.1)
  })

  it('turns pixels into sky and back', () => {
    const wcs = parseWcs((keyword) => CARDS[keyword])
    const sky = wcs.pixelToWorld(3.5, 2.5)
    expect(sky?.[0]).toBeCloseTo(degToRad(150.1), 14)
    expect(sky?.[1]).toBeCloseTo(degToRad(2.2), 14)
    const there = wcs.pixelToWorld(1.25, 5.5)
    const back = there && wcs.worldToPixel(there[0], there[1])
    expect(back?.[0]).toBeCloseTo(1.25, 9)
    expect(back?.[1]).toBeCloseTo(5.5, 9)
  })

  it('numbers cells alike at every order', () => {
    for (let order = 0; order <= 24; order++) {
      const npix = hash(order, 2.1, -0.7)
      const [lon, lat] = centre(order, npix)
      expect(hash(order, lon, lat)).toBe(npix)
    }
    expect(coneCells(3, 1, 1, 0.05)).toContain(hash(3, 1, 1))
  })

  it('holds coverage', () => {
    const moc = mocOf(5, [7, 8, 9, 4000])
    expect(parseMocAscii(mocAscii(moc))).toEqual(moc)
    expect(contains(moc, 6, 32)).toBe(true)
  })

  it('understands a request, decides, and names the bytes', async () => {
    const request = parseSoda(pairsOf('id=ivo://a/dr1?x&circle=12.0 34 0.50'))
    expect(sodaQuery(request)).toBe(sodaQuery(parseSoda(pairsOf('POS=CIRCLE 12 34.0 .5&ID=ivo://a/dr1?x'))))
    expect(decide(ANONYMOUS, { access: 'proprietary', release: 'dr1' }, 0).outcome).toBe('deny')
    expect(parseRange('bytes=0-9', 100)).toBeDefined()
    expect(etagOf('tile')).toMatch(/^"[^"]+"$/)
  })

  it('draws a PNG', () => {
    const png = encodePng(2, 2, 1, Uint8Array.of(0, 85, 170, 255), portableRuntime)
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  })
})
