// The page of the services in a real browser, through an edge: it lists every operation, asks nothing of other hosts, and what is
// tried on it works.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINTS } from '#src/services'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import { openPage, PATIENCE_MS, startBrowser } from '../support/browser.ts'
import { chromium } from '../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'

const optional = chromium()
let origin: TestOrigin
let edge: RunningEdge
let browser: Browser
let cacheFolder: string

describe.skipIf(!optional.found)(optional.says('the page of the services'), { timeout: 2 * PATIENCE_MS }, () => {
  beforeAll(async () => {
    origin = await startTestOrigin()
    cacheFolder = mkdtempSync(join(tmpdir(), 'skyedge-docs-'))
    const options = { originUrl: origin.url, secret: origin.edgeSecret, host: '127.0.0.1', port: 0, cacheFolder }
    edge = await startWorkerdEdge(options)
    browser = await startBrowser()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await edge?.stop()
    await origin?.end()
    if (cacheFolder) rmSync(cacheFolder, { recursive: true, force: true })
  })

  it('lists every operation', async () => {
    const { page, faults } = await openPage(browser, edge.url)
    await page.goto(`${edge.url}/docs`)
    await page.locator('.opblock').first().waitFor()
    const shown = await page.locator('.opblock').count()
    expect(shown).toBe(ENDPOINTS.reduce((sum, { methods }) => sum + methods.length, 0))
    expect(await page.locator('.opblock-summary-path', { hasText: '/sia/query' }).count()).toBe(2)
    expect(await page.title()).toBe('Skyedge services')
    expect(faults).toEqual([])
    await page.close()
  })

  it('tries one: the answer comes from this node', async () => {
    const { page, faults } = await openPage(browser, edge.url, { width: 1200, height: 900 })
    await page.goto(`${edge.url}/docs#/SIA/sia-query-get`)
    const block = page.locator('#operations-SIA-sia-query-get')
    await block.getByRole('button', { name: 'Try it out' }).click()
    await block.locator('tr[data-param-name="MAXREC"] input').fill('0')
    await block.getByRole('button', { name: 'Execute', exact: true }).click()
    const answer = block.locator('.live-responses-table .response').first()
    await answer.waitFor()
    expect(await answer.locator('.response-col_status').innerText()).toContain('200')
    expect(await answer.locator('.response-col_description').innerText()).toContain('QUERY_STATUS')
    expect(await block.locator('.request-url').innerText()).toMatch(new RegExp(`${edge.url}/sia/query\\?.*MAXREC=0`))
    expect(faults).toEqual([])
    await page.close()
  })
})
