// Cutouts of real files by a real origin, compared with astropy's reading of the same files: pixels exactly, positions
// to 1e-6 arcsec (1e-3 where the image is distorted), and the window pixel by pixel.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { radToDeg } from '#src/sky'
import type { NewPlane } from '../../../origin/catalog/store.ts'
import { PYTHON, python, shared, skyData } from '../../support/optional.ts'
import { putProduct, startTestOrigin, type TestOrigin } from '../../support/origin.ts'

const CHECK = new URL('../../reference/cutout_check.py', import.meta.url).pathname
const sky = (path: string) => shared(`data/sky/${path}`)

interface Case {
  readonly name: string
  readonly planes: readonly NewPlane[]
  readonly distorted?: boolean
  /** astropy takes the DSS plate solution where we take the header's CTYPE and CD: up to 0.3 pixels apart. */
  readonly plate?: boolean
}

const one = (path: string, hdu = 0): NewPlane => ({ role: 'image', path: sky(path), hdu })
const afw = (path: string): NewPlane[] =>
  (['image', 'mask', 'variance'] as const).map((role, i) => ({ role, path: sky(`lsst-afw/${path}`), hdu: i + 1 }))
const decam = (path: string): NewPlane[] => [
  { role: 'image', path: sky(`decam/${path.replace('??', 'ooi')}`), hdu: 1 },
  { role: 'mask', path: sky(`decam/${path.replace('??', 'ood')}`), hdu: 1 },
  { role: 'weight', path: sky(`decam/${path.replace('??', 'oow')}`), hdu: 1 },
]

const CASES: Case[] = [
  { name: 'sdss, a frame', planes: [one('sdss/frame-r-001000-1-0100.fits')] },
  { name: 'sdss, reprojected', planes: [one('sdss/reprojected_sdss_r.fits')] },
  { name: 'galcen, 2MASS, 16 bits with BZERO', planes: [one('galcen/gc_2mass_k.fits')] },
  { name: 'galcen, Bolocam, galactic CAR', planes: [one('galcen/gc_bolocam_gps.fits')] },
  { name: 'galcen, MSX, 64-bit galactic CAR', planes: [one('galcen/gc_msx_e.fits')] },
  { name: 'dss', planes: [one('dss/HorseHead.fits')], plate: true },
  { name: 'decam, three files', planes: decam('fieldB/c4d_171113_061941_??_r_ls9.S4.fits'), distorted: true },
  { name: 'decam, compressed', planes: decam('fieldD/c4d_171113_060340_??_r_ls9.N6.fits'), distorted: true },
  {
    name: 'jwst',
    planes: [one('jwst-a2744/epoch1_sci.fits'), { ...one('jwst-a2744/epoch1_err.fits'), role: 'error' }],
  },
  { name: 'lsst afw, three planes', planes: afw('HSC_M31_ticket1738.fits'), distorted: true },
  { name: 'lsst afw, small', planes: afw('HSC-0908120-056-small.fits'), distorted: true },
  { name: 'wcs, ARC', planes: [one('wcs/1904-66_ARC.fits')] },
  { name: 'wcs, HPX', planes: [one('wcs/1904-66_HPX.fits')] },
  { name: 'wcs, STG', planes: [one('wcs/1904-66_STG.fits')] },
  { name: 'wcs, ZEA', planes: [one('wcs/1904-66_ZEA.fits')] },
  { name: 'wcs, SIP', planes: [one('wcs/sipsample.fits')], distorted: true },
  { name: 'wcs, SIN-SIP', planes: [one('wcs/wise-1b-m51.fits')], distorted: true },
  { name: 'wcs, TPV', planes: [one('wcs/tpv_mosaic2_cdfs.fits')], distorted: true },
  { name: 'compressed, RICE', planes: [one('compressed/m13_rice.fits', 1)] },
  { name: 'compressed, GZIP', planes: [one('compressed/m13_gzip.fits', 1)] },
]

interface Answer {
  readonly shape: number[]
  readonly equal: boolean
  readonly worst_arcsec: number
  readonly missing: number
  readonly spare: number
}

const astropy = python('astropy')
const data = skyData()
const ready = astropy.found && data.found

describe.skipIf(!ready)(data.says(astropy.says('cutouts of real files')), () => {
  let origin: TestOrigin
  let folder: string
  beforeAll(async () => {
    origin = await startTestOrigin()
    folder = await mkdtemp(join(tmpdir(), 'skyedge-cut-'))
  })
  afterAll(async () => {
    await origin?.end()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(CASES)('equal astropy: $name', async ({ name, planes, distorted, plate }) => {
    const did = await putProduct(origin.catalog, { productId: name.replace(/\W+/g, '-'), planes })
    const product = (await origin.catalog.product(did))!
    const radius = Number((product.fovDeg / 7).toPrecision(6))
    const jobs: object[] = []
    // About the middle, and about a corner, half outside.
    const corner = product.footprint[0]
    const centres = [
      [product.raDeg, product.decDeg],
      [radToDeg(corner.lonRad), radToDeg(corner.latRad)],
    ]
    for (const centre of centres) {
      const region = [...centre, radius]
      const query = new URLSearchParams({ ID: did, CIRCLE: region.join(' ') })
      const answer = await fetch(`${origin.url}/soda/sync?${query}`)
      expect(answer.status).toBe(200)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      expect(bytes.length).toBe(Number(answer.headers.get('content-length')))
      const cutout = join(folder, `${jobs.length}.fits`)
      await writeFile(cutout, bytes)
      jobs.push({ cutout, region, planes: planes.map(({ path, hdu }) => ({ file: path, hdu })) })
    }
    await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs))
    const run = spawnSync(PYTHON, [CHECK, join(folder, 'jobs.json')], { encoding: 'utf8' })
    expect(run.stderr).toBe('')
    const answers: Answer[] = JSON.parse(run.stdout)
    expect(answers.length).toBe(2 * planes.length)
    for (const [i, { equal, worst_arcsec, missing, spare }] of answers.entries()) {
      expect(equal, `pixels of plane ${i}`).toBe(true)
      expect(worst_arcsec).toBeLessThan(distorted ? 1e-3 : 1e-6)
      if (plate) continue
      expect(missing).toBe(0)
      // astropy's centres and ours agree to far less than a pixel; one row is left for the outline between centres.
      expect(spare).toBeLessThanOrEqual(1)
    }
  })
})
