// `skyedge registry`, run as an operator runs it.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { degrade, mocOfPolygon } from '#src/moc'
import { openCatalog } from '../../origin/catalog/open.ts'
import { putMapRecord } from '../support/map-records.ts'
import { fileAt, squareAt } from '../support/products.ts'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'skyedge-registry-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  const catalog = await openCatalog({ dataFolder: folder })
  const square = squareAt('open', 150, 2)
  await catalog.change({ files: [fileAt('/a.fits')], products: [square] })
  await putMapRecord({ catalog, dataFolder: folder }, 'test/r', degrade(mocOfPolygon(12, square.footprint), 9))
  await catalog.close()
})

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [SKYEDGE, 'registry', ...args], {
    encoding: 'utf8',
    env: { ...process.env, SKYEDGE_DATA: folder, ...env },
  })
const READY = {
  SKYEDGE_PUBLIC_URL: 'https://sky.example/',
  SKYEDGE_AUTHORITY: 'sky.observatory.org',
  SKYEDGE_TITLE: 'Sky',
  SKYEDGE_ORGANISATION: 'Observatory & Sons',
  SKYEDGE_CONTACT_NAME: 'Help desk',
  SKYEDGE_CONTACT_EMAIL: 'help@observatory.org',
  SKYEDGE_LICENCE_URL: 'https://creativecommons.org/licenses/by/4.0/',
}

describe('skyedge registry', () => {
  it('lists the records and says what a real registration lacks', () => {
    const { stdout, status } = run([])
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^ivo:\/\/skyedge.example\/hips\/test\/r +\d{4}-\d\d-\d\d {2}vs:CatalogService +Map test\/r$/m,
    )
    expect(stdout).toContain('lacks SKYEDGE_PUBLIC_URL: the address under which the world finds this node')
    expect(run(['--validate']).status).toBe(1)
  })

  it('has nothing to say of a node that is ready', () => {
    const { stdout, status } = run(['--validate'], READY)
    expect(stdout).not.toMatch(/^(?:lacks|wrong)/m)
    expect(stdout).toContain('ready: ')
    expect(status).toBe(0)
  })

  it('prints one record and writes all of them', () => {
    const one = run(['IVO://sky.observatory.org/node/organisation'], READY).stdout
    expect(one).toContain('<title>Observatory &amp; Sons</title>')
    expect(one).toContain('<referenceURL>https://sky.example/</referenceURL>')
    const out = join(folder, 'records')
    const { records, files, lacks } = JSON.parse(run(['--out', out, '--json']).stdout)
    expect(files).toHaveLength(records.length)
    expect(lacks).toHaveLength(7)
    expect(readdirSync(out)).toHaveLength(files.length)
    expect(readFileSync(join(out, 'hips-test-r.xml'), 'utf8')).toContain('ivo://skyedge.example/hips/test/r')
  })

  it('refuses an identifier that is none, and an address for letters that is none', () => {
    expect(run(['ivo://skyedge.example/nothing']).status).toBe(2)
    const wrong = run([], { SKYEDGE_CONTACT_EMAIL: 'a b@c' })
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('SKYEDGE_CONTACT_EMAIL is "a b@c", expected an address such as help@skyedge.example')
  })
})
