// Cutouts of real files, taken in by `ingest` and served by a real origin, compared with astropy's reading of the same
// files: pixels exactly, positions to 1e-6 arcsec (1e-3 where the image is distorted), the window pixel by pixel.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { radToDeg } from '#src/sky'
import type { Product } from '../../../origin/catalog/store.ts'
import { ingestFolder } from '../../../origin/ingest/ingest.ts'
import { command, PYTHON, python, shared, skyData } from '../../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'

const CHECK = new URL('../../reference/cutout_check.py', import.meta.url).pathname

/** Folder and the least number of products in it. */
const FOLDERS: [folder: string, products: number][] = [
  ['sdss', 4],
  ['galcen', 5],
  ['dss', 1],
  ['decam', 19],
  ['jwst-a2744', 2],
  ['lsst-afw', 2],
  ['wcs', 8],
  ['compressed', 5],
]

interface Answer {
  readonly distorted: boolean
  readonly equal: boolean
  readonly worst_arcsec: number
  readonly missing: number
  readonly spare: number
}

interface Job {
  readonly cutout: string
  readonly region: readonly number[]
  readonly planes: readonly { readonly file: string; readonly hdu: number }[]
}

const astropy = python('astropy')
const fitsverify = command('fitsverify')

describe('cutouts of real files', () => {
  let origin: TestOrigin
  let folder: string
  const products = new Map<string, Product[]>()
  const answers = new Map<string, Answer[]>()
  const files: string[] = []

  beforeAll(async () => {
    if (!astropy.found || !skyData().found) return
    origin = await startTestOrigin()
    folder = await mkdtemp(join(tmpdir(), 'skyedge-cut-'))
    const jobs: [name: string, job: Job][] = []
    for (const [name] of FOLDERS) {
      if (!skyData(name).found) continue
      await take(name)
      for (const product of products.get(name)!) for (const job of await cut(product)) jobs.push([name, job])
    }
    // One run of Python for all: its start takes longer than its work.
    await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs.map(([, job]) => job)))
    const run = spawnSync(PYTHON, [CHECK, join(folder, 'jobs.json')], { encoding: 'utf8', maxBuffer: 1 << 26 })
    expect(run.stderr).toBe('')
    const all: Answer[] = JSON.parse(run.stdout)
    for (const [name, { planes }] of jobs)
      answers.set(name, [...(answers.get(name) ?? []), ...all.splice(0, planes.length)])
  })
  afterAll(async () => {
    await origin?.end()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  async function take(name: string): Promise<void> {
    const { catalog, config } = origin
    const rights = { access: 'public', release: 'dr1' } as const
    const path = shared(`data/sky/${name}`)
    await ingestFolder({ folder: path, collection: name, release: 'dr1', authority: config.authority, rights, catalog })
    products.set(name, await catalog.productsIn(name))
  }

  /** A circle about the middle and one about a corner, half outside: the files, and what astropy is to look at. */
  async function cut(product: Product): Promise<Job[]> {
    const radius = Number((product.fovDeg / 7).toPrecision(6))
    const [corner] = product.footprint
    const centres = [
      [product.raDeg, product.decDeg],
      [radToDeg(corner.lonRad), radToDeg(corner.latRad)],
    ]
    const records = await Promise.all(product.planes.map(({ fileId }) => origin.catalog.file(fileId)))
    const planes = product.planes.map(({ hdu }, i) => ({ file: records[i]!.path, hdu }))
    return Promise.all(
      centres.map(async ([ra, dec], i) => {
        const query = new URLSearchParams({ ID: product.publisherDid, CIRCLE: `${ra} ${dec} ${radius}` })
        const answer = await fetch(`${origin.url}/soda/sync?${query}`)
        expect(answer.status, product.productId).toBe(200)
        const bytes = new Uint8Array(await answer.arrayBuffer())
        expect(bytes.length).toBe(Number(answer.headers.get('content-length')))
        const cutout = join(folder, `${product.collection}-${product.productId.replace(/\W/g, '_')}-${i}.fits`)
        await writeFile(cutout, bytes)
        files.push(cutout)
        return { cutout, region: [ra, dec, radius], planes }
      }),
    )
  }

  it.skipIf(!fitsverify.found || !astropy.found || !skyData().found)(
    skyData().says(astropy.says(fitsverify.says('are FITS without an error to fitsverify'))),
    () => {
      // Warnings are of cards that came so: EPOCH, long strings.
      const { stdout } = spawnSync('fitsverify', ['-e', '-q', ...files], { encoding: 'utf8' })
      expect(stdout.split('\n').filter((line) => /FAILED/.test(line))).toEqual([])
      expect(stdout.match(/verification OK/g)?.length).toBe(files.length)
    },
  )

  for (const [name, least] of FOLDERS) {
    const data = skyData(name)
    it.skipIf(!data.found || !astropy.found)(data.says(astropy.says(`equal astropy: ${name}`)), () => {
      expect(products.get(name)!.length).toBeGreaterThanOrEqual(least)
      for (const [i, { equal, distorted, worst_arcsec, missing, spare }] of answers.get(name)!.entries()) {
        const which = `plane ${i} of ${name}`
        expect(equal, which).toBe(true)
        expect(worst_arcsec, which).toBeLessThan(distorted ? 1e-3 : 1e-6)
        // astropy takes the DSS plate solution where we take the header's CTYPE and CD: up to 0.3 pixels apart.
        if (name === 'dss') continue
        expect(missing, which).toBe(0)
        // One row is left for an outline that passes between centres.
        expect(spare, which).toBeLessThanOrEqual(1)
      }
    })
  }
})
