// Real images, a real origin and edge, a real browser: each map shows a known object where astropy measured it.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../origin/config.ts'
import { buildMap } from '../../origin/hips/build.ts'
import { buildColourMap } from '../../origin/hips/colour.ts'
import { loadEdgeSecret } from '../../origin/identity/keys.ts'
import { type RunningOrigin, startOrigin } from '../../origin/serve.ts'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import { openPage, PATIENCE_MS, peakNear, pictureOf, quiet, startBrowser } from '../support/browser.ts'
import { type MapWorld, mapWorld } from '../support/map-world.ts'
import { chromium, shared, skyData } from '../support/optional.ts'

const browserHere = chromium()
const dataHere = skyData('dss')
const optional = browserHere.found ? dataHere : browserHere

interface Place {
  readonly raDeg: number
  readonly decDeg: number
}
const { places } = JSON.parse(readFileSync(join(import.meta.dirname, '../reference/known-places.json'), 'utf8')) as {
  places: Record<string, Place>
}

let world: MapWorld
let origin: RunningOrigin
let edge: RunningEdge
let browser: Browser
let cache: string

const sky = (path: string) => shared(`data/sky/${path}`)
const colours = {
  sdss: ['g', 'r', 'i'].map((band) => ({ path: sky(`sdss/reprojected_sdss_${band}.fits`), collection: 'sdss', band })),
  galcen: ['j', 'h', 'k'].map((band) => ({ path: sky(`galcen/gc_2mass_${band}.fits`), collection: 'galcen', band })),
}

describe.skipIf(!optional.found)(optional.says('the sky explorer'), { timeout: 3 * PATIENCE_MS }, () => {
  beforeAll(async () => {
    const dss = { path: sky('dss/HorseHead.fits'), collection: 'dss', band: 'red' }
    world = await mapWorld([...colours.sdss, ...colours.galcen, dss])
    for (const [name, images] of Object.entries(colours)) {
      const bands = images.map(({ band }) => `${name}/${band}`) as [string, string, string]
      for (const { band } of images)
        await buildMap({ map: `${name}/${band}`, from: [name], band, formats: ['png', 'fits'] }, world)
      await buildColourMap({ map: `${name}/color`, from: [name], title: `${name} colour` }, bands, world)
    }
    await buildMap({ map: 'dss/red', from: ['dss'] }, world)
    const config = loadConfig({ SKYEDGE_DATA: world.dataFolder, SKYEDGE_ORIGIN_PORT: '0' })
    origin = await startOrigin(config, world.catalog, { log: pino({ level: 'silent' }) })
    cache = mkdtempSync(join(tmpdir(), 'skyedge-edge-'))
    const secret = await loadEdgeSecret(world.dataFolder)
    edge = await startWorkerdEdge({ originUrl: origin.url, secret, host: '127.0.0.1', port: 0, cacheFolder: cache })
    browser = await startBrowser()
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await edge?.stop()
    await origin?.stop()
    await world?.close()
    if (cache) rmSync(cache, { recursive: true, force: true })
  })

  /** The page's policy forbids the polling that Playwright would put into it. */
  async function until(page: Page, condition: string) {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
      if (await page.evaluate(condition)) return
      await page.waitForTimeout(200)
    }
    throw new Error(
      `not within ${PATIENCE_MS / 1000} s: ${condition}; the page says: ${await page.locator('#message').innerText()}`,
    )
  }

  /** All tiles of the view have come and are drawn. */
  async function settled(page: Page) {
    await until(page, 'globalThis.skyedge !== undefined')
    await quiet(page)
    await page.waitForTimeout(1000)
    await quiet(page)
  }

  it.each([
    // Field of view, degrees; size of the image's own pixels on the screen.
    ['sdss/color', 'origin', 0.08, 1.19],
    ['sdss/color', 'edge', 0.08, 1.19],
    ['galcen/color', 'edge', 0.3, 5],
    ['dss/red', 'edge', 0.08, 1.01],
  ] as const)('shows a known object of %s through the %s where it is', async (map, through, fov, pixelArcsec) => {
    const base = through === 'edge' ? edge.url : origin.url
    const { page, faults } = await openPage(browser, base)
    await page.goto(`${base}/?map=${map}`)
    await settled(page)
    const { raDeg, decDeg } = places[map]
    // Aside from the middle, so that a map drawn nowhere near cannot pass.
    const view = [raDeg + (0.2 * fov) / Math.cos((decDeg * Math.PI) / 180), decDeg - 0.15 * fov]
    await page.evaluate(
      `skyedge.aladin.gotoRaDec(${view}); skyedge.aladin.setFoV(${fov}); skyedge.aladin.showReticle(false)`,
    )
    await settled(page)
    const [x, y] = (await page.evaluate(`Array.from(skyedge.aladin.world2pix(${raDeg}, ${decDeg}))`)) as [
      number,
      number,
    ]
    const [width] = (await page.evaluate('skyedge.aladin.getSize()')) as [number]
    const [fovX] = (await page.evaluate('skyedge.aladin.getFov()')) as [number]
    const screenPixelArcsec = (fovX * 3600) / width
    const [px, py] = peakNear(await pictureOf(page), x, y, 25)
    const missArcsec = Math.hypot(px - x, py - y) * screenPixelArcsec
    expect(missArcsec, `at ${px.toFixed(1)}, ${py.toFixed(1)}; expected ${x.toFixed(1)}, ${y.toFixed(1)}`).toBeLessThan(
      pixelArcsec,
    )
    expect(faults).toEqual([])
    await page.close()
  })

  it('cuts out where one clicks, goes where one says, and draws footprints', async () => {
    const { page, faults } = await openPage(browser, edge.url)
    await page.goto(`${edge.url}/?map=sdss/color`)
    await settled(page)
    const { raDeg, decDeg } = places['sdss/color']
    await page.getByLabel('Go to position (ICRS)').fill(`${raDeg} ${decDeg}`)
    await page.keyboard.press('Enter')
    const [ra, dec] = (await page.evaluate('Array.from(skyedge.aladin.getRaDec())')) as [number, number]
    expect([ra, dec]).toEqual([expect.closeTo(raDeg, 5), expect.closeTo(decDeg, 5)])
    await page.getByLabel('sdss 3 images').check()
    await until(page, "document.getElementById('message').textContent.includes('3 footprints')")

    const box = (await page.locator('#sky').boundingBox()) as { x: number; y: number; width: number; height: number }
    const preview = page.waitForResponse((answer) => answer.url().includes('/soda/sync'))
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    expect((await preview).status()).toBe(200)
    expect((await preview).headers()['content-type']).toBe('image/png')
    const image = page.locator('#cutout img')
    await image.waitFor()
    expect(await image.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(30)
    const link = page.getByRole('link', { name: 'Download FITS' })
    const fits = await page.request.get(new URL((await link.getAttribute('href')) ?? '', edge.url).href)
    expect(fits.status()).toBe(200)
    expect((await fits.body()).subarray(0, 9).toString()).toBe('SIMPLE  =')
    expect(faults).toEqual([])
    await page.close()
  })

  it('can be used by keyboard, and on a narrow screen', async () => {
    const { page, faults } = await openPage(browser, edge.url, { width: 390, height: 800 })
    await page.goto(`${edge.url}/`)
    await settled(page)
    await page.locator('#sky').focus()
    const before = (await page.evaluate('Array.from(skyedge.aladin.getRaDec())')) as number[]
    await page.keyboard.press('ArrowUp')
    await page.waitForTimeout(300)
    const after = (await page.evaluate('Array.from(skyedge.aladin.getRaDec())')) as number[]
    expect(after[1]).toBeGreaterThan(before[1])
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(overflow).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'At the centre' }).click()
    await page
      .locator('#cutout')
      .getByText(/images? here|No image/)
      .waitFor()
    expect(faults).toEqual([])
    await page.close()
  })
})
