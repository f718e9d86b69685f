import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { binTableBytes, compressedImageHduBytes, FitsHeader } from '#src/fits'
import { openSqliteCatalog } from '../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog, Product } from '../../../origin/catalog/store.ts'
import { type IngestOptions, ingestFolder } from '../../../origin/ingest/ingest.ts'
import { parseMapping } from '../../../origin/ingest/mapping.ts'
import { fitsFile, headerOf, put, tanCards } from '../../support/images.ts'

const all = mkdtempSync(join(tmpdir(), 'skyedge-ingest-'))
afterAll(() => rmSync(all, { recursive: true, force: true }))
let folder: string
let catalog: Catalog
let count = 0
beforeEach(() => {
  folder = join(all, `folder${count++}`)
  mkdirSync(folder)
  catalog = openSqliteCatalog(':memory:')
})
afterEach(() => catalog.close())

const ingest = (more: Partial<IngestOptions> = {}) =>
  ingestFolder({
    folder,
    collection: 'test.images',
    release: 'dr1',
    authority: 'skyedge.example',
    rights: { access: 'public', release: 'dr1' },
    catalog,
    ...more,
  })
const products = () => catalog.productsIn('test.images')
const rolesOf = ({ planes }: Product) => planes.map(({ role, hdu }) => `${role}${hdu}`)
const image = (ra = 10, dec = 20) => fitsFile({ cards: tanCards(ra, dec) })

describe('a folder of images', () => {
  it('is taken with what the headers say, and nulls where they say nothing', async () => {
    put(folder, 'one.fits', image())
    expect(await ingest()).toMatchObject({ taken: 1, updated: 0, unchanged: 0, refused: [], files: 1 })
    const [product] = await products()
    expect(product).toMatchObject({
      productId: 'test.images-one',
      publisherDid: 'ivo://skyedge.example/dr1?test.images-one',
      dataproductSubtype: 'images',
      width: 40,
      height: 30,
      facility: '',
      rights: { access: 'public', release: 'dr1' },
    })
    expect(product.raDeg).toBeCloseTo(10, 9)
    expect(product.decDeg).toBeCloseTo(20, 9)
    expect(product.pixelScaleArcsec).toBeCloseTo(0.2, 9)
    expect(product.fovDeg).toBeCloseTo((50 * 0.2) / 3600, 6)
    expect(product.sRegion).toMatch(/^POLYGON ICRS( [\d.]+){8}$/)
    for (const field of ['tMinMjd', 'tMaxMjd', 'exptimeS', 'band', 'emMinM', 'visit', 'targetName'])
      expect(product, field).not.toHaveProperty(field)
  })

  it('may be one file', async () => {
    const path = put(folder, 'one.fits', image())
    put(folder, 'two.fits', image())
    expect(await ingest({ folder: path })).toMatchObject({ taken: 1, files: 1 })
    expect(await ingest({ folder: path })).toMatchObject({ unchanged: 1, vanished: [] })
    expect(await ingest()).toMatchObject({ taken: 1, unchanged: 1 })
  })

  it('gives afw planes, inherits from the primary header, and leaves archive tables alone', async () => {
    const cards = tanCards(10, 20)
    const primary = { EXPTIME: 30, FILTER: 'r', AR_HDU: 5, EXPID: 12345, INSTRUME: 'LSSTCam' }
    const planes = ['IMAGE', 'MASK', 'VARIANCE'].map((EXTTYPE) => ({ cards: { ...cards, EXTTYPE } }))
    const archive = binTableBytes([{ name: 'id', code: 'J', values: [1] }])
    put(folder, 'calexp.fits', fitsFile(primary, [...planes, archive]))
    expect(await ingest()).toMatchObject({ taken: 1, planes: { image: 1, mask: 1, variance: 1 } })
    const [product] = await products()
    expect(rolesOf(product)).toEqual(['image1', 'mask2', 'variance3'])
    expect(product).toMatchObject({ exptimeS: 30, band: 'r', visit: 12345, obsId: '12345', instrument: 'LSSTCam' })
  })

  it('reads the JSON tree of lsst.images files, with its NaN', async () => {
    const tree = `{"image": {"x": NaN}, "band": "i", "obs_info": {"telescope": "Simonyi Survey Telescope", "instrument": "LSSTCam",
      "physical_filter": "i_39", "visit_id": 2025050100292, "detector_num": 85, "object": "M49", "exposure_time": 30.0,
      "datetime_begin": [2460798.0, -0.45881626894697547], "datetime_end": [2460798.0, -0.4584581134259259]}}`
    const json = jsonTable(tree)
    const planes = ['IMAGE', 'MASK', 'VARIANCE'].map((name) => ({ name, cards: tanCards(10, 20) }))
    put(folder, 'visit_image.fits', fitsFile({ JSONADDR: 1, JSONSIZE: 1, INDXADDR: 1, INDXSIZE: 1 }, [...planes, json]))
    await ingest()
    const [product] = await products()
    expect(rolesOf(product)).toEqual(['image1', 'mask2', 'variance3'])
    expect(product).toMatchObject({
      facility: 'Simonyi Survey Telescope',
      visit: 2025050100292,
      detector: 85,
      band: 'i',
    })
    // TAI to UTC: 37 s.
    expect(product.tMinMjd).toBeCloseTo(60797.5 - 0.45881626894697547 - 37 / 86_400, 9)
    expect(product.exptimeS).toBe(30)
    expect(await ingest()).toMatchObject({ unchanged: 1 })
  })

  it('joins DECam triples by name and by extension', async () => {
    for (const kind of ['ooi', 'ood', 'oow']) {
      const extensions = ['N4', 'S31'].map((name, i) => ({ name, cards: tanCards(10 + i, 20) }))
      put(folder, `c4d_170316_062107_${kind}_z_ls9.fits`, fitsFile({ BAND: 'z' }, extensions))
    }
    expect(await ingest()).toMatchObject({ taken: 2, planes: { image: 2, mask: 2, weight: 2 }, refused: [] })
    const found = await products()
    expect(found.map(({ productId }) => productId)).toEqual([
      'test.images-c4d_170316_062107_ooi_z_ls9-N4',
      'test.images-c4d_170316_062107_ooi_z_ls9-S31',
    ])
    expect(found.map(rolesOf)).toEqual([
      ['image1', 'mask1', 'weight1'],
      ['image2', 'mask2', 'weight2'],
    ])
    expect(new Set(found[0].planes.map(({ fileId }) => fileId)).size).toBe(3)
  })

  it('joins companions by their endings, in one folder only, of one size only', async () => {
    put(folder, 'a/epoch1_sci.fits', image())
    put(folder, 'a/epoch1_err.fits', image())
    put(folder, 'a/epoch2_sci.fits', image())
    put(folder, 'a/epoch2_mask.fits', fitsFile({ cards: tanCards(10, 20), width: 39 }))
    put(folder, 'b/epoch2_err.fits', image())
    const { refused } = await ingest()
    expect((await products()).map(rolesOf)).toEqual([['image0', 'error0'], ['image0']])
    expect(refused).toEqual([
      { name: 'a/epoch2_mask.fits', reason: 'a mask plane of 39 x 30 pixels, but its image has 40 x 30' },
      { name: 'b/epoch2_err.fits', reason: 'an error plane without the image it belongs to' },
    ])
  })

  it('takes images gzipped as a whole, and finds them unchanged the next time', async () => {
    put(folder, 'one.fits.gz', gzipSync(image()))
    expect(await ingest()).toMatchObject({ taken: 1, refused: [], files: 1 })
    expect(await ingest()).toMatchObject({ taken: 0, unchanged: 1, refused: [], files: 1 })
    expect((await products())[0]).toMatchObject({ width: 40, height: 30 })
  })

  it('takes tile-compressed images, whatever their endings say', async () => {
    const raw = { bitpix: 16 as const, width: 40, height: 30, data: new Int16Array(1200), bscale: 1, bzero: 0 }
    const rice = compressedImageHduBytes(headerOf(tanCards(10, 20)), raw, { algorithm: 'RICE_1' })
    put(folder, 'one.fits.fz', fitsFile({}, [rice]))
    put(folder, 'no-ending', image())
    expect(await ingest()).toMatchObject({ taken: 2 })
    expect((await products()).map(({ productId }) => productId)).toEqual(['test.images-no-ending', 'test.images-one'])
  })

  it('gives every image a name of its own and keeps it', async () => {
    put(folder, 'b/one.fits', image())
    await ingest()
    put(folder, 'a/one.fits', image())
    put(folder, 'one+.fits', image())
    put(folder, 'one?.fits', image())
    put(folder, 'test.images-x.fits', image())
    expect(await ingest()).toMatchObject({ taken: 4, unchanged: 1 })
    expect((await products()).map(({ productId }) => productId)).toEqual([
      'test.images-a.one',
      'test.images-one',
      'test.images-one_',
      'test.images-one_-0',
      'test.images-x',
    ])
    expect(await ingest()).toMatchObject({ taken: 0, unchanged: 5 })
    // The same images in another release, and in a collection whose names would be the same.
    expect(await ingest({ release: 'dr2' })).toMatchObject({ taken: 5 })
    expect(await ingest({ collection: 'test', mapping: parseMapping({}) })).toMatchObject({ taken: 5 })
  })
})

describe('the same folder again', () => {
  it('changes nothing', async () => {
    put(folder, 'one.fits', image())
    await ingest()
    const before = await products()
    expect(await ingest()).toMatchObject({ taken: 0, updated: 0, unchanged: 1, vanished: [] })
    expect(await products()).toEqual(before)
  })

  it('updates a changed file under a new generation, also where only pixels or only rights changed', async () => {
    const path = put(folder, 'one.fits', image())
    await ingest()
    const generations = [(await products())[0].generation]
    utimesSync(path, 1e9, 1e9)
    expect(await ingest()).toMatchObject({ updated: 1, unchanged: 0 })
    generations.push((await products())[0].generation)
    expect(await ingest({ rights: { access: 'proprietary', release: 'dr1' } })).toMatchObject({ updated: 1 })
    generations.push((await products())[0].generation)
    put(folder, 'one.fits', fitsFile({ cards: { ...tanCards(11, 20), FILTER: 'g' } }))
    expect(await ingest()).toMatchObject({ updated: 1 })
    const [product] = await products()
    expect(product.band).toBe('g')
    expect(product.raDeg).toBeCloseTo(11, 9)
    expect(new Set([...generations, product.generation]).size).toBe(4)
    const moved = { kind: 'circle', lonRad: (11 * Math.PI) / 180, latRad: (20 * Math.PI) / 180, radiusRad: 0 } as const
    expect(await catalog.productsOverlapping(moved)).toHaveLength(1)
  })

  it('takes a file for unchanged whose rights alone were touched, and for changed whose time was set back', async () => {
    const path = put(folder, 'one.fits', image())
    utimesSync(path, 1e9, 1e9)
    await ingest()
    chmodSync(path, 0o600)
    expect(await ingest()).toMatchObject({ unchanged: 1 })
    put(folder, 'one.fits', image(12))
    utimesSync(path, 1e9, 1e9)
    expect(await ingest()).toMatchObject({ updated: 1 })
  })

  it('remembers times as they are read from the file system, to the last bit', async () => {
    for (let i = 0; i < 20; i++) {
      const path = put(folder, `${i}.fits`, image())
      if (i % 2) utimesSync(path, 1.7e9, 1.7e9 + i * 12_345.678901)
    }
    await ingest()
    for (const [path, { mtimeMs, sizeBytes }] of await catalog.filesBelow(folder)) {
      const stats = statSync(path)
      expect([mtimeMs, sizeBytes]).toEqual([stats.mtimeMs, stats.size])
    }
  })

  it('tells of other collections that a changed file is in', async () => {
    const path = put(folder, 'one.fits', image())
    await ingest()
    await ingest({ release: 'dr2' })
    utimesSync(path, 1e9, 1e9)
    const { notes } = await ingest()
    expect(notes).toEqual([{ name: 'one.fits', reason: expect.stringContaining('in 1 products of other collections') }])
  })

  it('reports what has vanished, and removes it only when asked', async () => {
    put(folder, 'one.fits', image())
    const path = put(folder, 'two.fits', image())
    await ingest()
    renameSync(path, join(folder, '.two.fits'))
    const vanished = [{ productId: 'test.images-two', name: 'two.fits' }]
    expect(await ingest()).toMatchObject({ unchanged: 1, vanished, removed: 0 })
    expect(await ingest({ prune: true, dryRun: true })).toMatchObject({ vanished, removed: 0 })
    expect(await products()).toHaveLength(2)
    expect(await ingest({ prune: true })).toMatchObject({ vanished, removed: 1 })
    expect(await products()).toHaveLength(1)
    expect((await catalog.filesBelow(folder)).size).toBe(1)
  })

  it('stores nothing on a dry run', async () => {
    put(folder, 'one.fits', image())
    expect(await ingest({ dryRun: true })).toMatchObject({ taken: 1, dryRun: true })
    expect(await products()).toEqual([])
  })

  it('stops between two files when asked, keeps what it has, and goes on later', async () => {
    for (let i = 0; i < 5; i++) put(folder, `${i}.fits`, image())
    const stop = new AbortController()
    const onProgress = (done: number) => done === 2 && stop.abort()
    const report = await ingest({ signal: stop.signal, onProgress })
    expect(report).toMatchObject({ taken: 3, stopped: true, vanished: [] })
    expect(await products()).toHaveLength(3)
    expect(await ingest()).toMatchObject({ taken: 2, unchanged: 3, stopped: false })
  })
})

describe('bad files', () => {
  it('are refused, each with its reason, and the rest goes on', async () => {
    const whole = image()
    put(folder, 'a-good.fits', whole)
    put(folder, 'b-empty.fits', '')
    put(folder, 'c-text.fits', 'SIMPLE but not FITS')
    truncateSync(put(folder, 'd-truncated.fits', whole), whole.length - 2880)
    truncateSync(put(folder, 'e-half-header.fits', whole), 800)
    put(folder, 'f-huge.fits', card(whole, 'NAXIS1', '1000000000000'))
    put(folder, 'g-negative.fits', card(whole, 'NAXIS1', '-40'))
    put(folder, 'h-no-wcs.fits', fitsFile({}))
    put(folder, 'i-tnx.fits', fitsFile({ cards: { ...tanCards(1, 2), CTYPE1: 'RA---TNX', CTYPE2: 'DEC--TNX' } }))
    put(folder, 'j-singular.fits', fitsFile({ cards: { ...tanCards(1, 2), CD1_1: 0 } }))
    put(folder, 'k-table.fits', fitsFile({}, [binTableBytes([{ name: 'x', code: 'J', values: [1] }])]))
    put(folder, 'l-gzip.fits.gz', new Uint8Array([0x1f, 0x8b, 8, 0]))
    const simple = whole.subarray(0, 80)
    put(folder, 'm-cards.fits', Buffer.concat([simple, Buffer.alloc(80 * 50_000, 'COMMENT'.padEnd(80)), whole]))
    put(folder, 'n-nan.fits', fitsFile({ cards: { ...tanCards(1, 2), CRVAL2: 1e30 } }))
    put(folder, 'readme.txt', 'not FITS, not said to be')
    put(folder, 'notes', 'nor this')
    const { refused, taken, files } = await ingest()
    expect(taken).toBe(1)
    expect(files).toBe(14)
    expect(refused.map(({ name }) => name)).toEqual(
      'bcdefghijklmn'.split('').map((letter) => expect.stringMatching(`^${letter}-`)),
    )
    const reasons = Object.fromEntries(refused.map(({ name, reason }) => [name[0], reason]))
    expect(reasons.b).toBe('is empty')
    expect(reasons.c).toContain('does not start with SIMPLE')
    expect(reasons.d).toMatch(/ends at byte \d+, but the file has \d+ bytes/)
    expect(reasons.e).toContain('END')
    expect(reasons.h).toContain('no celestial coordinates')
    expect(reasons.i).toContain('TNX')
    expect(reasons.k).toBe('holds tables but no image')
    expect(reasons.l).toContain('gzip')
    for (const { reason } of refused) {
      expect(reason).not.toContain(all)
      expect(reason.split('\n')).toHaveLength(1)
    }
  })

  it('are no way out of the folder', async () => {
    const secret = put(all, 'outside/secret.fits', image())
    symlinkSync(secret, join(folder, 'link.fits'))
    symlinkSync(join(all, 'outside'), join(folder, 'linked'))
    put(folder, '.hidden.fits', image())
    put(folder, '.hidden/one.fits', image())
    const report = await ingest()
    expect(report).toMatchObject({ taken: 0, files: 0 })
    expect(report.refused).toEqual([{ name: 'link.fits', reason: 'a symbolic link, which is not followed' }])
  })

  it('may become bad later: the product stays until it is pruned', async () => {
    const path = put(folder, 'one.fits', image())
    await ingest()
    truncateSync(path, 3000)
    expect(await ingest()).toMatchObject({
      taken: 0,
      vanished: [{ name: 'one.fits' }],
      refused: [{ name: 'one.fits' }],
    })
    expect(await ingest({ prune: true })).toMatchObject({ removed: 1 })
  })

  it('with odd names are taken like others', async () => {
    const names = [
      'new\nline.fits',
      'quo"te\'s.fits',
      'ünïcødé ☆.fits',
      '-rf.fits',
      '%2e%2e.fits',
      `${'x'.repeat(240)}.fits`,
    ]
    for (const name of names) put(folder, name, image())
    expect(await ingest()).toMatchObject({ taken: names.length, refused: [] })
    expect(await ingest()).toMatchObject({ unchanged: names.length })
  })

  it('with names that are no text are refused, not mistaken for others', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.fits')]), image())
    const { taken, refused } = await ingest()
    expect(taken).toBe(0)
    expect(refused[0].reason).toBe('cannot be read (ENOENT)')
  })

  it('that grow while they are read are refused or whole, never half', async () => {
    const path = put(folder, 'one.fits', image())
    const timer = setInterval(() => appendFileSync(path, Buffer.alloc(2880)), 0)
    const { taken, refused } = await ingest().finally(() => clearInterval(timer))
    expect(taken + refused.length).toBe(1)
  })
})

/** One row of one variable-length byte column, as astropy writes it. */
function jsonTable(text: string): Uint8Array {
  const heap = new TextEncoder().encode(text)
  const header = new FitsHeader()
  const cards = { XTENSION: 'BINTABLE', BITPIX: 8, NAXIS: 2, NAXIS1: 8, NAXIS2: 1, PCOUNT: heap.length, GCOUNT: 1 }
  const column = { TFIELDS: 1, TTYPE1: 'JSON', TFORM1: `1PB(${heap.length})`, EXTNAME: 'JSON' }
  for (const [keyword, value] of Object.entries({ ...cards, ...column })) header.set(keyword, value)
  const data = Buffer.alloc(Math.ceil((8 + heap.length) / 2880) * 2880)
  data.writeInt32BE(heap.length, 0)
  data.set(heap, 8)
  return Buffer.concat([header.encode(), data])
}

/** The file with one integer card changed. */
function card(bytes: Uint8Array, keyword: string, value: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  const at = text.indexOf(keyword.padEnd(8))
  return Buffer.from(
    `${text.slice(0, at)}${`${keyword.padEnd(8)}= ${value.padStart(20)}`.padEnd(80)}${text.slice(at + 80)}`,
    'latin1',
  )
}

describe('a mapping', () => {
  it('says what names, HDUs and keywords mean', async () => {
    put(folder, 'm31_flux_g.fits', fitsFile({ cards: { ...tanCards(10, 20), FILTER: 'r', ITIME: 1500 } }))
    put(folder, 'm31_sig_g.fits', image())
    put(folder, 'm31_beam_g.fits', image())
    put(folder, 'stack.fits', fitsFile({}, [{ cards: tanCards(1, 2) }, { name: 'NOISE', cards: tanCards(1, 2) }]))
    const mapping = parseMapping({
      files: [
        { match: '(?<group>.+)_flux(?<group2>_[a-z])', role: 'image' },
        { match: '(?<group>.+)_sig(?<group2>_[a-z])', role: 'error' },
        { match: '.*_beam_.*', role: 'skip', reason: 'a beam, not the sky' },
      ],
      hdus: [{ extname: 'NOISE', role: 'variance' }],
      fields: {
        band: { name: '_(?<value>[ugriz])$' },
        exptimeS: { keywords: ['ITIME'], scale: 0.001 },
        instrument: { value: 'WFI' },
        calibLevel: { value: 3 },
      },
    })
    const { refused } = await ingest({ mapping })
    expect(refused).toEqual([{ name: 'm31_beam_g.fits', reason: 'a beam, not the sky' }])
    const [m31, stack] = await products()
    expect(rolesOf(m31)).toEqual(['image0', 'error0'])
    expect(m31).toMatchObject({ band: 'g', exptimeS: 1.5, instrument: 'WFI', calibLevel: 3 })
    expect(m31.emMinM).toBeCloseTo(402e-9, 12)
    expect(rolesOf(stack)).toEqual(['image1', 'variance2'])
    expect(stack).not.toHaveProperty('band')
  })

  it.each([
    [[], 'no object'],
    [{ files: {} }, 'files is no list'],
    [{ files: [{ match: '(', role: 'image' }] }, 'no regular expression'],
    [{ files: [{ match: 'a', role: 'picture' }] }, 'expected image'],
    [{ fields: { colour: { value: 1 } } }, 'fields.colour is unknown'],
    [{ fields: { band: {} } }, 'says none of'],
    [{ fields: { band: { name: 'x' } } }, 'no group'],
    [{ more: 1 }, 'unknown member "more"'],
  ])('%j is refused with its reason', (json, reason) => {
    expect(() => parseMapping(json)).toThrow(reason)
  })
})

describe('many files', () => {
  it('are walked without opening what is not FITS', async () => {
    for (let i = 0; i < 3000; i++) put(folder, `${i % 30}/${i}.txt`, '')
    for (let i = 0; i < 300; i++) put(folder, `${i % 30}/${i}.fits`, image(i))
    const start = performance.now()
    expect(await ingest()).toMatchObject({ taken: 300, files: 300 })
    const first = performance.now() - start
    expect(await ingest()).toMatchObject({ unchanged: 300 })
    expect(first).toBeLessThan(20_000)
  })
})
