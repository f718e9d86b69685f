import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cellCount, centre, tileGrid } from '#src/healpix'
import {
  allskyLayout,
  checkCode,
  checkCodeFor,
  checkCodeOf,
  childrenOf,
  compareWalk,
  HipsError,
  hipsDate,
  hipslist,
  hipsMetrics,
  obsRegime,
  orderForPixelScale,
  parentOf,
  parseAllskyPath,
  parseHipslist,
  parseProperties,
  parseStatus,
  parseTilePath,
  pixelScaleDeg,
  quadrantOf,
  skyFractionText,
  type TileFormat,
  tierProperties,
  tileCards,
  tilePath,
  writeProperties,
  writeStatus,
} from '#src/hips'

const FORMATS: TileFormat[] = ['png', 'fits', 'jpg', 'webp']
const address = fc.integer({ min: 0, max: 24 }).chain((order) =>
  fc.record({
    order: fc.constant(order),
    npix: fc.nat({ max: cellCount(order) - 1 }),
    format: fc.constantFrom(...FORMATS),
  }),
)

describe('a tile path', () => {
  it('is that of the standard', () => {
    expect(tilePath({ order: 3, npix: 12, format: 'png' })).toBe('Norder3/Dir0/Npix12.png')
    expect(tilePath({ order: 9, npix: 2299875, format: 'fits' })).toBe('Norder9/Dir2290000/Npix2299875.fits')
    expect(parseTilePath('Norder6/Dir20000/Npix24185.jpg')).toEqual({ order: 6, npix: 24185, format: 'jpg' })
  })

  it('is read back as it was written, and has no other spelling', () => {
    fc.assert(
      fc.property(address, (tile) => {
        const path = tilePath(tile)
        expect(parseTilePath(path)).toEqual(tile)
        expect(parseTilePath(path.replace('Npix', 'Npix0'))).toBeUndefined()
      }),
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 5 }), address, (text, bit, tile) => {
        const bent = `${bit}${tilePath(tile)}`
        for (const path of [text, bent, tilePath(tile) + bit]) {
          const found = parseTilePath(path)
          if (found) expect(tilePath(found)).toBe(path)
        }
      }),
    )
  })

  it('is none where anything is odd', () => {
    const odd = [
      '',
      '/Norder3/Dir0/Npix12.png',
      'Norder3//Dir0/Npix12.png',
      'Norder3/Dir0/../Dir0/Npix12.png',
      'Norder3/Dir0/%2e%2e/Npix12.png',
      'Norder3/Dir0/Npix%31.png',
      'Norder03/Dir0/Npix12.png',
      'Norder3/Dir00/Npix12.png',
      'Norder3/Dir0/Npix012.png',
      'Norder3/Dir10000/Npix12.png',
      'Norder6/Dir0/Npix24185.png',
      'Norder3/Dir0/Npix768.png',
      'Norder0/Dir0/Npix12.png',
      'Norder25/Dir0/Npix1.png',
      'Norder99/Dir0/Npix1.png',
      'Norder3/Dir0/Npix-1.png',
      'Norder3/Dir0/Npix1e2.png',
      'Norder24/Dir3377699720520000/Npix3377699720527872.png',
      'Norder3/Dir0/Npix12',
      'Norder3/Dir0/Npix12.PNG',
      'Norder3/Dir0/Npix12.jpeg',
      'Norder3/Dir0/Npix12.png\n',
      'Norder3/Dir0/Npix12.png?x',
      'norder3/Dir0/Npix12.png',
      `Norder3/Dir0/Npix${'9'.repeat(4000)}.png`,
    ]
    for (const path of odd) expect(parseTilePath(path), path).toBeUndefined()
    expect(() => tilePath({ order: 0, npix: 12, format: 'png' })).toThrow(HipsError)
    expect(() => tilePath({ order: 25, npix: 0, format: 'png' })).toThrow(HipsError)
    expect(parseAllskyPath('Norder3/Allsky.png')).toEqual({ order: 3, format: 'png' })
    expect(parseAllskyPath('Norder4/Allsky.png')).toBeUndefined()
  })
})

describe('the pyramid', () => {
  it('puts each child where its sky is in the parent', () => {
    for (const npix of [0, 77, 300, 767]) {
      const parent = tileGrid(3, npix, 64)
      for (const child of childrenOf(npix)) {
        expect(parentOf(child)).toBe(npix)
        const { column, row } = quadrantOf(child)
        const middle = parent.position(column * 32 + 15.5, row * 32 + 15.5, new Float64Array(2))
        const [lon, lat] = centre(4, child)
        expect(middle[0]).toBeCloseTo(lon, 12)
        expect(middle[1]).toBeCloseTo(lat, 12)
      }
    }
  })

  it('has the pixel scales of Hipsgen and of Rubin', () => {
    expect(pixelScaleDeg(1).toPrecision(4)).toBe('0.05726')
    expect(pixelScaleDeg(11).toPrecision(5)).toBe('0.000055916')
    expect(orderForPixelScale(0.2 / 3600)).toBe(12)
    expect(orderForPixelScale(pixelScaleDeg(11))).toBe(11)
    expect(orderForPixelScale(1e-9)).toBe(15)
    expect(orderForPixelScale(10)).toBe(0)
  })

  it('has an Allsky of 27 by 29 squares, PNG rows from the top, FITS rows from the bottom', () => {
    const layout = allskyLayout()
    expect([layout.across, layout.down, layout.width, layout.height]).toEqual([27, 29, 1728, 1856])
    expect(layout.place(28)).toEqual({ x: 64, top: 64 })
    expect(layout.placeFits(28)).toEqual({ x: 64, bottom: 27 * 64 })
    expect(layout.placeFits(767)).toEqual({ x: 11 * 64, bottom: 0 })
  })
})

describe('the cards of a FITS tile', () => {
  const value = (order: number, npix: number, keyword: string) =>
    tileCards(order, npix).find((card) => card.keyword === keyword)?.value

  it("are Hipsgen's, for every base cell", () => {
    // CRPIX1, CRPIX2 of the twelve tiles of order 0 and some of order 1 and 9, as Hipsgen 12.001 wrote them.
    const known: [number, number, number, number][] = [
      [0, 0, 256.5, 768.5],
      [0, 1, 768.5, 1280.5],
      [0, 2, -767.5, -255.5],
      [0, 3, -255.5, 256.5],
      [0, 4, 256.5, 256.5],
      [0, 5, 768.5, 768.5],
      [0, 6, 1280.5, 1280.5],
      [0, 7, -255.5, -255.5],
      [0, 8, 768.5, 256.5],
      [0, 9, 1280.5, 768.5],
      [0, 10, -255.5, -767.5],
      [0, 11, 256.5, -255.5],
      [1, 24, 2560.5, 2048.5],
      [1, 25, -1535.5, -1535.5],
      [1, 26, 2048.5, 2048.5],
      [1, 27, 2048.5, 2560.5],
      [9, 2299875, 247296.5, 62464.5],
    ]
    for (const [order, npix, crpix1, crpix2] of known)
      expect([order, npix, value(order, npix, 'CRPIX1'), value(order, npix, 'CRPIX2')]).toEqual([
        order,
        npix,
        crpix1,
        crpix2,
      ])
    expect(value(9, 2299875, 'CD1_1')).toBeCloseTo(-1.7166137695313e-4, 16)
    expect(value(9, 2299875, 'CD2_1')).toBeCloseTo(1.7166137695313e-4, 16)
  })

  it('name the frame', () => {
    expect(tileCards(3, 4, 512, 'galactic').map(({ value }) => value)).toContain('GLON-HPX')
    expect(
      tileCards(3, 4)
        .map(({ keyword }) => keyword)
        .join(' '),
    ).toBe('ORDER NPIX CRPIX1 CRPIX2 CD1_1 CD1_2 CD2_1 CD2_2 CTYPE1 CTYPE2 CRVAL1 CRVAL2 PV2_1 PV2_2')
  })
})

describe('properties', () => {
  const text =
    '# made by hand\ncreator_did          = ivo://a/b?x=1\nhips_order=3\n#hips_x = 1\nobs_title = A = b  \n\n'

  it('are read in their order, comments dropped, the first = splitting', () => {
    expect([...parseProperties(text)]).toEqual([
      ['creator_did', 'ivo://a/b?x=1'],
      ['hips_order', '3'],
      ['obs_title', 'A = b'],
    ])
  })

  it('are read back as they were written', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/)
    const value = fc.string({ maxLength: 30 }).map((s) => `x${s}`.replace(/[\p{Cc}\s]/gu, '.').trim())
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
        const properties = new Map(pairs)
        expect([...parseProperties(writeProperties(properties))]).toEqual([...properties])
      }),
    )
  })

  it('never let a value start a line of its own, and leave out what is empty', () => {
    const written = writeProperties([
      ['obs_title', 'M51\nhips_status = private\r\u2028x'],
      ['t_min', undefined],
      ['t_max', ''],
      ['hips_order', 3],
    ])
    expect(written).toBe('obs_title            = M51 hips_status = private x\nhips_order           = 3\n')
    expect(() => writeProperties([['a b', 'c']])).toThrow(HipsError)
    expect(hipsDate(Date.UTC(2026, 10, 22, 16, 14, 59))).toBe('2026-11-22T16:14Z')
  })

  it('of the public tier end earlier, with numbers of their own', () => {
    const full = parseProperties(
      'creator_did = ivo://a/b\nhips_order = 8\nhips_status = private master unclonable\nhips_tile_width = 512\nhips_pixel_scale = 1e-4\nhips_check_code = png:1\nobs_title = x\n',
    )
    const metrics = { checkCode: 'png:7', tiles: 12, sizeKb: 99 }
    const tier = tierProperties(full, {
      order: 6,
      status: 'public master clonableOnce',
      metrics,
      skyFraction: 0.01234567,
    })
    expect([...tier]).toEqual([
      ['creator_did', 'ivo://a/b'],
      ['hips_order', '6'],
      ['hips_status', 'public master clonableOnce'],
      ['hips_tile_width', '512'],
      ['hips_pixel_scale', pixelScaleDeg(6).toPrecision(5)],
      ['hips_check_code', 'png:7'],
      ['obs_title', 'x'],
      ['hips_estsize', '99'],
      ['hips_nb_tiles', '12'],
      ['moc_sky_fraction', '0.01235'],
    ])
    expect(tierProperties(full, { order: 6, status: 'public' }).has('hips_check_code')).toBe(false)
    expect(() => tierProperties(full, { order: 9, status: 'public' })).toThrow('0 to 8')
    expect(skyFractionText(1 / cellCount(11))).toBe('1.987e-8')
  })

  it('make the list of a node, which is read back', () => {
    const properties = parseProperties(
      'creator_did = ivo://a/b\nhips_release_date = 2026-11-22T16:14Z\nhips_status = public\nobs_title = x\n',
    )
    const list = hipslist([
      { properties, serviceUrl: 'https://a.example/hips/public/x' },
      { properties, serviceUrl: 'https://a.example/hips/public/y' },
    ])
    expect(
      list
        .split('\n')
        .slice(0, 5)
        .map((line) => line.split(' ')[0]),
    ).toEqual(['creator_did', 'hips_release_date', 'hips_service_url', 'hips_status', 'obs_title'])
    expect(parseHipslist(list).map((record) => record.get('hips_service_url'))).toEqual([
      'https://a.example/hips/public/x',
      'https://a.example/hips/public/y',
    ])
    expect(hipslist([])).toBe('')
    expect(() => hipslist([{ properties: new Map(), serviceUrl: 'https://a.example' }])).toThrow('no creator_did')
  })

  it('say who may see and copy', () => {
    expect(parseStatus('private master unclonable')).toEqual({
      access: 'private',
      copy: 'master',
      cloning: 'unclonable',
    })
    expect(writeStatus(parseStatus('')!)).toBe('public master clonableOnce')
    for (const text of ['public private', 'public,master', 'Public', 'clonable unclonable', 'constructor'])
      expect(parseStatus(text), text).toBeUndefined()
  })

  it('say the regime of a band in one word', () => {
    expect(obsRegime(5.5e-7, 6.9e-7)).toBe('Optical')
    expect(obsRegime(2e-6, 2.3e-6)).toBe('Infrared')
    expect(obsRegime(0.2, 0.22)).toBe('Radio')
    expect(obsRegime(Number.NaN, 1)).toBeUndefined()
  })
})

describe('the check code', () => {
  // A tree of 60 FITS and 60 PNG tiles for which Hipsgen 12.001 wrote `fits:2034720828`; FITS tiles of 512 x 512 float32.
  const orders = [0, 1]
  const tiles = orders.flatMap((order) =>
    Array.from({ length: cellCount(order) }, (_, npix) => tilePath({ order, npix, format: 'fits' })),
  )

  it("is Hipsgen's", () => {
    const files = tiles.map((path) => ({ path, sizeBytes: 1_054_080 }))
    expect(checkCodeOf(['fits'], files)).toBe('fits:2034720828')
    expect(hipsMetrics(['png', 'fits'], files)).toEqual({
      checkCode: 'png:0 fits:2034720828',
      tiles: 60,
      sizeKb: Math.floor((60 * 1_054_080) / 1024),
    })
    expect(checkCodeFor('fits', 'png:12 jpeg:0 fits:2034720828')).toBe(2034720828)
    expect(checkCodeFor('jpg', 'png:12 jpeg:0')).toBe(0)
    expect(checkCodeFor('webp', 'png:12')).toBeUndefined()
  })

  it('does not hang on the order in which files are named, but on each of their lengths', () => {
    const files = tiles.map((path, k) => ({ path, sizeBytes: 1000 + k }))
    const code = checkCodeOf(['fits'], files)
    expect(checkCodeOf(['fits'], files.toReversed())).toBe(code)
    expect(checkCodeOf(['fits'], files.slice(1))).not.toBe(code)
    expect(checkCodeOf(['fits'], [...files, { path: 'HpxFinder/Norder3/Dir0/Npix3', sizeBytes: 4 }])).toBe(code)
    const names = ['Norder2', 'Norder10', 'Norder1', 'Norder3/Dir0', 'Norder3/Allsky.png', 'Npix10.png', 'Npix1.png']
    expect(names.sort(compareWalk)).toEqual([
      'Norder1',
      'Norder10',
      'Norder2',
      'Norder3/Allsky.png',
      'Norder3/Dir0',
      'Npix1.png',
      'Npix10.png',
    ])
    expect(checkCode([])).toBe(0)
    expect(checkCode([2 ** 32 + 5])).toBe(((5 ^ 1) * 31 + 1) >>> 0)
  })
})
