// Three regions behind a wire of 150 ms: what was seen once needs no origin, a purge is seen everywhere in time, and a dead
// origin fails nobody who asks for what was seen. In a browser, the edge's picture is the origin's.

import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningEdge } from '../../scripts/processes/workerd-edge.ts'
import { openPage, PATIENCE_MS, quiet, startBrowser } from '../support/browser.ts'
import { type EdgeNetwork, LATENCY_MS, MAP, startEdgeNetwork } from '../support/edge-network.ts'
import { chromium } from '../support/optional.ts'

let network: EdgeNetwork
beforeAll(async () => {
  network = await startEdgeNetwork()
}, 60_000)
afterAll(() => network?.stop())

async function view(edge: RunningEdge, tier: 'public' | 'full') {
  const headers = new Headers(tier === 'full' ? { authorization: `Bearer ${network.token}` } : undefined)
  return Promise.all(
    network.firstView(tier).map(async (path) => {
      const answer = await fetch(edge.url + path, { headers })
      const bytes = new Uint8Array(await answer.arrayBuffer())
      return { path, status: answer.status, cache: answer.headers.get('cache-status') ?? '', digest: digestOf(bytes) }
    }),
  )
}
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('three edges and their origin', () => {
  it.each(['public', 'full'] as const)('answer the second look at a %s map without the origin', async (tier) => {
    const first = await Promise.all(network.edges.map((edge) => view(edge, tier)))
    const before = network.asked()
    const again = await Promise.all(network.edges.map((edge) => view(edge, tier)))
    expect(network.asked()).toBe(before)
    for (const answers of [...first, ...again])
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    for (const answers of again)
      for (const { cache, path } of answers) expect(cache, path).toMatch(/\b(isolate|colo); hit/)
    // The same bytes in every region.
    for (const answers of [...first, ...again])
      expect(answers.map(({ digest }) => digest)).toEqual(first[0].map(({ digest }) => digest))
  })

  it('show the upper tiles of both endpoints from one kept copy', async () => {
    const [edge] = network.edges
    const tile = network.firstView('public').find((path) => path.includes('/Norder7/')) as string
    await (await fetch(edge.url + tile)).arrayBuffer()
    const before = network.asked()
    const answer = await fetch(edge.url + tile.replace('/public/', '/full/'), {
      headers: { authorization: `Bearer ${network.token}` },
    })
    expect([answer.status, network.asked()]).toEqual([200, before])
    expect(answer.headers.get('cache-control')).toMatch(/^private/)
    await answer.arrayBuffer()
  })

  it('all ask anew within five seconds of a purge', async () => {
    const tile = network.firstView('public').find((path) => path.includes('/Norder7/')) as string
    const cacheOf = async ({ url }: RunningEdge) => {
      const answer = await fetch(url + tile)
      await answer.arrayBuffer()
      return answer.headers.get('cache-status') ?? ''
    }
    for (const edge of network.edges) {
      await cacheOf(edge)
      expect(await cacheOf(edge)).toMatch(/isolate; hit/)
    }
    const purgedMs = performance.now()
    await network.world.catalog.purge({ kind: 'map', name: MAP }, Date.now())
    const seenMs = await Promise.all(
      network.edges.map(async (edge) => {
        while (/isolate; hit/.test(await cacheOf(edge))) {
          if (performance.now() - purgedMs > 10_000) break
          await sleep(50)
        }
        return performance.now() - purgedMs
      }),
    )
    for (const ms of seenMs) expect(ms).toBeLessThan(5000 + 2 * LATENCY_MS)
  }, 20_000)

  const here = chromium()
  describe.skipIf(!here.found)(here.says('in a browser'), { timeout: 3 * PATIENCE_MS }, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await startBrowser()
    }, 60_000)
    afterAll(() => browser?.close())

    async function picture(base: string, tier: 'public' | 'full'): Promise<string> {
      const { page, faults } = await openPage(browser, base)
      if (tier === 'full')
        await page.context().addCookies([{ name: 'skyedge_session', value: network.token, url: base, httpOnly: true }])
      await page.goto(`${base}/hips/${tier}/${MAP}/`)
      await page.waitForTimeout(2000)
      await quiet(page)
      await page.waitForTimeout(1500)
      await quiet(page)
      // Its own address stands in the page's corner: the sky alone is compared.
      const shot = await page.screenshot({ clip: { x: 100, y: 100, width: 600, height: 380 } })
      expect(faults).toEqual([])
      await page.close()
      return digestOf(shot)
    }

    it.each(['public', 'full'] as const)("draw the edge's %s map as the origin's, to the last pixel", async (tier) => {
      const pictures = [await picture(network.origin.url, tier), await picture(network.edges[0].url, tier)]
      expect(pictures[1]).toBe(pictures[0])
    })

    it('draw more of the full map than of the public one', async () => {
      const { url } = network.edges[1]
      expect(await picture(url, 'full')).not.toBe(await picture(url, 'public'))
    })
  })

  it('fail nobody who asks for what was seen while the origin is gone', async () => {
    await Promise.all(network.edges.flatMap((edge) => [view(edge, 'public'), view(edge, 'full')]))
    await network.cutOff()
    const until = performance.now() + 12_000
    let answered = 0
    const failed: string[] = []
    await Promise.all(
      network.edges.map(async (edge) => {
        while (performance.now() < until) {
          for (const { path, status } of [...(await view(edge, 'public')), ...(await view(edge, 'full'))]) {
            answered++
            if (status !== 200) failed.push(`${status} ${path}`)
          }
          await sleep(100)
        }
      }),
    )
    expect(failed).toEqual([])
    expect(answered).toBeGreaterThan(500)
  }, 30_000)
})
