// Reading the demo survey back through our own rooms, and measuring on it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FitsHeader, type Hdu, imageHeader, readHdus, readWindow, toPhysical } from '#src/fits'
import type { Plane } from '#src/image'
import { memorySource } from '#src/storage'
import { parseWcs, type Wcs } from '#src/wcs'
import { nodeRuntime as runtime } from '../../origin/runtime.ts'
import type { Truth } from '../../scripts/demo/truth.ts'

export interface DemoImage {
  readonly hdus: Hdu[]
  readonly primary: FitsHeader
  readonly image: Plane
  readonly mask: Plane
  readonly variance: Plane
  readonly wcs: Wcs
}

export async function openDemo(folder: string, path: string): Promise<DemoImage> {
  const source = memorySource(path, readFileSync(join(folder, path)))
  const hdus = await readHdus(source)
  const plane = async (name: string): Promise<Plane> => {
    const hdu = hdus.find((each) => each.name === name) as Hdu
    const [width, height] = (hdu.image as { axes: readonly number[] }).axes
    const raw = await readWindow(source, hdu, { x0: 0, y0: 0, x1: width, y1: height }, { runtime })
    return { width, height, data: toPhysical(raw) }
  }
  const cards = imageHeader(hdus[1])
  const wcs = parseWcs((keyword) => cards.get(keyword))
  const [image, mask, variance] = [await plane('IMAGE'), await plane('MASK'), await plane('VARIANCE')]
  return { hdus, primary: hdus[0].header, image, mask, variance, wcs }
}

export const readTruth = (folder: string): Truth => JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8'))

const RAD = Math.PI / 180
export function pixelOf({ wcs }: DemoImage, raDeg: number, decDeg: number): [number, number] {
  const [x, y] = wcs.worldToPixel(raDeg * RAD, decDeg * RAD) ?? [Number.NaN, Number.NaN]
  return [x, y]
}

export interface Measured {
  /** Light's centre minus the expected one, pixels. */
  readonly dx: number
  readonly dy: number
  /** Within 8 pixels, over the median of the ring around. */
  readonly flux: number
}

const REACH = 11

/** Undefined where the stamp leaves the image or has undefined, saturated or struck pixels. */
export function measure({ image, mask }: DemoImage, x: number, y: number): Measured | undefined {
  const [xi, yi] = [Math.round(x), Math.round(y)]
  if (xi < REACH || yi < REACH || xi >= image.width - REACH || yi >= image.height - REACH) return undefined
  const stamp: { dx: number; dy: number; value: number; r: number }[] = []
  for (let j = yi - REACH; j <= yi + REACH; j++)
    for (let i = xi - REACH; i <= xi + REACH; i++) {
      const at = j * image.width + i
      const value = image.data[at]
      // BAD, SAT, CR, NO_DATA
      if (Number.isNaN(value) || mask.data[at] & 0b1_0000_1011) return undefined
      stamp.push({ dx: i - x, dy: j - y, value, r: Math.hypot(i - x, j - y) })
    }
  const ring = stamp.filter(({ r }) => r > 8 && r < REACH).map(({ value }) => value)
  const background = ring.sort((a, b) => a - b)[ring.length >> 1]
  let [sum, sx, sy, flux] = [0, 0, 0, 0]
  for (const { dx, dy, value, r } of stamp) {
    if (r < 8) flux += value - background
    if (r >= 4) continue
    sum += value - background
    sx += (value - background) * dx
    sy += (value - background) * dy
  }
  return { dx: sx / sum, dy: sy / sum, flux }
}

type Band = 'g' | 'r' | 'i'

/** Whether nothing of note (that share of the flux) lies within 14 pixels of a place, and no large galaxy near it. */
export function loneliness(truth: Truth, band: Band, demo: DemoImage, share = 0.004) {
  const stars = truth.stars.map((star) => ({ flux: star.flux[band], pixel: pixelOf(demo, star.raDeg, star.decDeg) }))
  const galaxies = truth.galaxies.map(({ raDeg, decDeg, flux }) => ({
    pixel: pixelOf(demo, raDeg, decDeg),
    flux: flux[band],
  }))
  return ([x, y]: readonly number[], flux: number): boolean => {
    const near = (pixel: readonly number[], reach: number) => {
      const distance = Math.hypot(pixel[0] - x, pixel[1] - y)
      return distance > 1e-6 && distance < reach
    }
    const bright = share * flux
    if (stars.some((star) => star.flux > bright && near(star.pixel, 14))) return false
    return !galaxies.some((each) => each.flux > bright && near(each.pixel, each.flux > 1e6 ? 45 : 16))
  }
}

/** Field stars of at least this flux that stand alone, also from what changes or moves. */
export function lonelyStars(truth: Truth, band: Band, demo: DemoImage, faintest: number) {
  const lonely = loneliness(truth, band, demo)
  const moving = [truth.variable, truth.supernova, ...truth.mover.epochs].map((p) => pixelOf(demo, p.raDeg, p.decDeg))
  return truth.stars
    .filter(({ group, flux }) => group === 'field' && flux[band] >= faintest)
    .map((star) => ({ star, flux: star.flux[band], pixel: pixelOf(demo, star.raDeg, star.decDeg) }))
    .filter(({ flux, pixel }) => lonely(pixel, flux))
    .filter(({ pixel }) => !moving.some(([x, y]) => Math.hypot(x - pixel[0], y - pixel[1]) < 20))
}
