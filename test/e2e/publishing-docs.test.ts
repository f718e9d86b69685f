// docs/publishing.md, run: every line of curl on a small archive.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { degrade, mocOfPolygon } from '#src/moc'
import { putMapRecord } from '../support/map-records.ts'
import { command } from '../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'
import { fileAt, squareAt } from '../support/products.ts'

const run = promisify(execFile)
const text = readFileSync(resolve(import.meta.dirname, '../../docs/publishing.md'), 'utf8')
const lines = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block.trim().split('\n'))

let origin: TestOrigin
beforeAll(async () => {
  origin = await startTestOrigin()
  const squares = ['g', 'r'].map((band, i) => squareAt(band, 150 + i / 10, 2, 0.2, { band, collection: 'demo.coadd' }))
  await origin.catalog.change({ files: [fileAt('/a.fits')], products: squares })
  const world = { catalog: origin.catalog, dataFolder: origin.config.dataFolder }
  const moc = degrade(mocOfPolygon(12, squares[0].footprint), 9)
  await putMapRecord(world, 'demo/dr1/r', moc, { collections: ['demo.coadd'] })
})
afterAll(() => origin?.end())

/** What each line must show, by what it asks. */
const EXPECTED: readonly [asked: RegExp, shown: RegExp][] = [
  [/\/moc$/, /"name": "demo\/dr1\/r"/],
  [/\.txt|=ascii/, /^\d+\/\d/],
  [/json/, /^\{"\d+":\[\d+/],
  [/hipslist\/all/, /hips\/public\/demo[\s\S]*hips\/full\/demo/],
  [/hipslist$/, /moc_access_url/],
  [/Identify/, /vg:Registry/],
  [/ListRecords/, /vs:CatalogService/],
  [/GetRecord/, /<oai_dc:dc/],
]

const curl = command('curl')
describe.skipIf(!curl.found)(curl.says('the lines of curl'), () => {
  it.each(lines)('%s', async (line) => {
    const env = { ...process.env, EDGE: origin.url }
    const { stdout } = await run('sh', ['-c', line.replace('curl -s', 'curl -sf')], { env })
    const [, shown] = EXPECTED.find(([asked]) => asked.test(line.replaceAll('"', ''))) ?? []
    expect(stdout).toMatch(shown as RegExp)
  })
})
