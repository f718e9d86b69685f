// Products whose pixels another archive keeps: they are found and followed; nothing here tries to read them.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { productsOfMap } from '../../../origin/hips/sources.ts'
import { ingestTable } from '../../../origin/ingest/obscore-table/ingest.ts'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'

let origin: TestOrigin
const ID = encodeURIComponent('ivo://skyedge.example/dr1?far')
beforeAll(async () => {
  origin = await startTestOrigin()
  const take = (name: string, access: 'public' | 'proprietary') => {
    const folder = join(origin.config.dataFolder, `${name}.csv`)
    const row = `ivo://o.org/a?${name},https://o.org/${name}.fits?a=1&b=2,image/fits,2,10,20,0.1`
    writeFileSync(folder, `obs_publisher_did,access_url,access_format,calib_level,s_ra,s_dec,s_fov\n${row}\n`)
    const { catalog, config } = origin
    const rights = { access, release: 'dr1' } as const
    return ingestTable({
      folder,
      collection: `c.${name}`,
      release: 'dr1',
      authority: config.authority,
      rights,
      catalog,
    })
  }
  await take('far', 'public')
  await take('hidden', 'proprietary')
})
afterAll(() => origin?.end())

describe('a product that another archive keeps', () => {
  it('has one link, to that archive', async () => {
    const text = await (await fetch(`${origin.url}/datalink/links?ID=${ID}`)).text()
    expect(text).toContain('https://o.org/far.fits?a=1&amp;b=2')
    expect(text).toContain('#this')
    expect(text).not.toContain('#cutout')
  })

  it('has no link for those who may not see it', async () => {
    const text = await (await fetch(`${origin.url}/datalink/links?ID=${ID.replace('far', 'hidden')}`)).text()
    expect(text).toContain('NotFoundFault')
    expect(text).not.toContain('o.org')
  })

  it('gives no cutout, and says why', async () => {
    const response = await fetch(`${origin.url}/soda/sync?ID=${ID}&CIRCLE=10+20+0.01`)
    expect([response.status, await response.text()]).toEqual([
      400,
      'UsageError: ivo://skyedge.example/dr1?far is kept by another archive: its links say where\n',
    ])
  })

  it('is in no map', async () => {
    await expect(productsOfMap(origin.catalog, ['c.far'], { nowMs: 0 })).rejects.toThrow('a map needs images')
  })
})
