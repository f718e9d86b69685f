// Folders as observatories hand them out: how many images are taken of each, why the others are not, what is read of
// them, and where they lie on the sky (corners by astropy: test/reference/footprints.json, made by footprints.py).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ARCSEC, lonLatDeg, separationRad } from '#src/sky'
import { openSqliteCatalog } from '../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Product } from '../../../origin/catalog/store.ts'
import { ingestFolder } from '../../../origin/ingest/ingest.ts'
import { type Mapping, parseMapping } from '../../../origin/ingest/mapping.ts'
import { shared, skyData } from '../../support/optional.ts'

const reference = JSON.parse(readFileSync(join(import.meta.dirname, '../../reference/footprints.json'), 'utf8')) as {
  images: Record<string, [number, number][]>
}
const catalog = openSqliteCatalog(':memory:')
afterAll(() => catalog.close())

async function ingest(folder: string, mapping?: Mapping) {
  const collection = `real.${folder}`
  const options = {
    folder: shared(`data/sky/${folder}`),
    collection,
    release: 'dr1',
    authority: 'skyedge.example',
    rights: { access: 'public', release: 'dr1' } as const,
    catalog,
    mapping,
  }
  const report = await ingestFolder(options)
  const products = new Map(
    (await catalog.productsIn(collection)).map((p) => [p.productId.slice(collection.length + 1), p]),
  )
  return { report, products, again: () => ingestFolder(options) }
}

/** Arcseconds between our outline or centre and astropy's, the worst of each image. */
async function offsets(folder: string, products: Iterable<Product>): Promise<{ name: string; arcsec: number }[]> {
  const found: { name: string; arcsec: number }[] = []
  for (const product of products) {
    const { fileId, hdu } = product.planes[0]
    const path = (await catalog.file(fileId))!.path
    const name = `${path.slice(path.indexOf(`/data/sky/${folder}/`) + '/data/sky/'.length)}[${hdu}]`
    const expected = reference.images[name].map(([ra, dec]) => lonLatDeg(ra, dec))
    const middle = lonLatDeg(product.raDeg, product.decDeg)
    const worst = expected.map((to, i) =>
      Math.min(
        ...(i === 4 ? [middle] : product.footprint).map((at) =>
          separationRad(at.lonRad, at.latRad, to.lonRad, to.latRad),
        ),
      ),
    )
    found.push({ name, arcsec: Math.max(...worst) / ARCSEC })
  }
  return found
}

const TABLES = 'holds tables but no image'
const NO_WCS = expect.stringContaining('no celestial coordinates')
const refusals = (list: { name: string; reason: string }[]) =>
  Object.fromEntries(list.map(({ name, reason }) => [name, reason]))

describe.skipIf(!skyData().found)(skyData().says('real folders of images'), () => {
  it.each([
    [
      'sdss',
      4,
      { 'fpM-001000-r1-0100.fit': TABLES, 'photoObj-001000-1-0100.fits': TABLES, 'psField-001000-1-0100.fit': TABLES },
    ],
    ['galcen', 5, {}],
    ['dss', 1, {}],
    ['jwst-a2744', 3, { 'epoch1_psf.fits': NO_WCS, 'epoch2_psf.fits': NO_WCS }],
    ['lsst-afw', 3, {}],
    ['wcs', 9, { 'tnx.fits': expect.stringContaining('TNX') }],
  ] as const)('%s: %d images are taken, and what is not has its reason', async (folder, images, refused) => {
    const { report, products, again } = await ingest(folder)
    expect(report.taken).toBe(images)
    expect(refusals(report.refused)).toEqual(refused)
    for (const { name, arcsec } of await offsets(folder, products.values())) expect(arcsec, name).toBeLessThan(1e-6)
    expect(await again()).toMatchObject({ taken: 0, updated: 0, unchanged: images, vanished: [] })
  })

  it('compressed: every tile coding is taken, images without coordinates are not', async () => {
    const { report, products } = await ingest('compressed')
    const reasons = refusals(report.refused)
    expect([...products.keys()].sort()).toEqual(['m13', 'm13_gzip', 'm13_hcomp', 'm13_plio', 'm13_rice'])
    expect(report.refused).toHaveLength(5)
    expect(reasons['compressed_with_nan.fits']).toEqual(NO_WCS)
    for (const { name, arcsec } of await offsets('compressed', products.values()))
      expect(arcsec, name).toBeLessThan(1e-6)
  })

  it('decam: every exposure with its mask and weight, tables refused one by one', async () => {
    const { report, products } = await ingest('decam')
    expect(report).toMatchObject({ taken: 19, planes: { image: 19, mask: 19, weight: 19 } })
    expect(report.refused).toHaveLength(23)
    expect(new Set(report.refused.map(({ reason }) => reason.split(' ')[0]))).toEqual(new Set(['holds']))
    const one = products.get('c4d_170316_062107_ooi_z_ls9.N2')
    expect(one).toMatchObject({
      instrument: 'DECam',
      band: 'z',
      exptimeS: 107,
      visit: 630780,
      detector: 33,
      calibLevel: 2,
    })
    expect(one!.tMinMjd).toBe(57828.26285591)
    expect(one!.emMinM! * 1e9).toBeCloseTo(850, 6)
    for (const { name, arcsec } of await offsets('decam', products.values())) expect(arcsec, name).toBeLessThan(1e-3)
  })

  it('describes what headers say in their own ways', async () => {
    const of = async (id: string) => (await catalog.product(`ivo://skyedge.example/dr1?real.${id}`))!
    expect(await of('dss-HorseHead')).toMatchObject({ band: 'OG590', exptimeS: 3900, tMinMjd: 48247.575694444444 })
    expect(await of('galcen-gc_2mass_k')).toMatchObject({ band: 'K', facility: '2MASS' })
    expect(await of('galcen-gc_msx_e')).toMatchObject({ band: 'E', facility: 'MSX' })
    expect(await of('galcen-gc_bolocam_gps')).toMatchObject({ band: '1.1mm', emMinM: 0.00102 })
    expect(await of('wcs-wise-1b-m51')).toMatchObject({ band: 'W1', exptimeS: 7.7 })
    expect(await of('wcs-sipsample')).toMatchObject({ band: 'I1', instrument: 'IRAC', targetName: 'SN 2005cs' })
    const jwst = await of('jwst-a2744-epoch2_sci')
    expect(jwst).toMatchObject({ band: 'F200W', instrument: 'NIRCAM' })
    expect(jwst.planes.map(({ role }) => role)).toEqual(['image', 'mask', 'error'])
    const afw = await of('lsst-afw-HSC_M31_ticket1738')
    expect(afw).toMatchObject({ band: 'r', facility: 'Subaru', detector: 27, exptimeS: 90, tMaxMjd: 56985.4346063025 })
    expect(afw.planes.map(({ role, hdu }) => `${role}${hdu}`)).toEqual(['image1', 'mask2', 'variance3'])
    expect(await of('lsst-afw-HSC-0908120-056-small')).not.toHaveProperty('tMinMjd')
  })

  it('takes the bands of reprojected images from their names where a mapping says so', async () => {
    const mapping = parseMapping({ fields: { band: { name: 'reprojected_sdss_(?<value>[ugriz])$' } } })
    const { report, products } = await ingest('sdss', mapping)
    expect(report).toMatchObject({ updated: 2, unchanged: 2, notes: [] })
    expect(['g', 'r', 'i'].map((band) => products.get(`reprojected_sdss_${band}`)!.band)).toEqual(['g', 'r', 'i'])
  })
})
