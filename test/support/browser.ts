// Debian's Chromium without a screen, drawing WebGL 2 in software; a page that asks anything of another host fails.

import { type Browser, chromium, type Page, type Request } from 'playwright-core'
import sharp from 'sharp'
import { CHROMIUM } from './optional.ts'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Ready to draw: on a busy machine the first contexts may be refused while its drawing process starts. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  const page = await browser.newPage()
  for (let k = 0; k < 50; k++) {
    if (await page.evaluate("document.createElement('canvas').getContext('webgl2') !== null")) break
    await page.waitForTimeout(200)
  }
  await page.close()
  return browser
}

/** Software draws the sky: on a busy machine a view may take a minute. */
export const PATIENCE_MS = 90_000

const waiting = new WeakMap<Page, { readonly asked: Set<Request>; lastMs: number }>()

function countRequests(page: Page): void {
  const state = { asked: new Set<Request>(), lastMs: Date.now() }
  waiting.set(page, state)
  const ended = (request: Request) => {
    state.asked.delete(request)
    state.lastMs = Date.now()
  }
  page.on('request', (request) => {
    state.asked.add(request)
    state.lastMs = Date.now()
  })
  page.on('response', (response) => ended(response.request()))
  page.on('requestfailed', ended)
}

/**
 * Every request has its answer, for half a second. Not Playwright's `networkidle`: that waits for bodies, and Aladin
 * Lite does not read the one of a 404, so that only the browser's garbage collection ends it.
 */
export async function quiet(page: Page): Promise<void> {
  const state = waiting.get(page)
  if (!state) throw new Error('a page that openPage did not open')
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await page.waitForTimeout(100))
    if (state.asked.size === 0 && Date.now() - state.lastMs > 500) return
  throw new Error(`no answer within ${PATIENCE_MS / 1000} s: ${[...state.asked].map((request) => request.url())}`)
}

export interface Watched {
  readonly page: Page
  /** Script errors, and requests to anything but `base`. */
  readonly faults: string[]
}

export async function openPage(
  browser: Browser,
  base: string,
  viewport = { width: 900, height: 560 },
): Promise<Watched> {
  const page = await browser.newPage({ viewport })
  page.setDefaultTimeout(PATIENCE_MS)
  countRequests(page)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${base}/`))
      faults.push(`asked ${request.url().slice(0, 120)}`)
  })
  return { page, faults }
}

export interface Picture {
  readonly width: number
  readonly height: number
  /** Brightness (sum of red, green, blue) row by row. */
  readonly light: Float64Array
}

export async function pictureOf(page: Page): Promise<Picture> {
  const { data, info } = await sharp(await page.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const light = new Float64Array(info.width * info.height)
  for (let i = 0; i < light.length; i++) light[i] = data[3 * i] + data[3 * i + 1] + data[3 * i + 2]
  return { width: info.width, height: info.height, light }
}

/** Where the brightest thing within `reach` pixels of a point is: the middle of its pixels above 0.8 of its height. */
export function peakNear({ width, height, light }: Picture, x: number, y: number, reach: number): [number, number] {
  const box = {
    x0: Math.max(0, Math.floor(x - reach)),
    x1: Math.min(width, Math.ceil(x + reach)),
    y0: Math.max(0, Math.floor(y - reach)),
    y1: Math.min(height, Math.ceil(y + reach)),
  }
  let top = Number.NEGATIVE_INFINITY
  let low = Number.POSITIVE_INFINITY
  const each = (use: (px: number, py: number, value: number) => void) => {
    for (let py = box.y0; py < box.y1; py++)
      for (let px = box.x0; px < box.x1; px++) use(px, py, light[py * width + px])
  }
  each((_, __, value) => {
    top = Math.max(top, value)
    low = Math.min(low, value)
  })
  const sum = [0, 0, 0]
  each((px, py, value) => {
    const above = value - (low + 0.8 * (top - low))
    if (above <= 0) return
    sum[0] += above * (px + 0.5)
    sum[1] += above * (py + 0.5)
    sum[2] += above
  })
  return [sum[0] / sum[2], sum[1] / sum[2]]
}
