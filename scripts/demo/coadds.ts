// Coadds of the demo: one TAN grid over the field, cut into 2 x 2 patches that overlap; every exposure of a band that
// reaches a patch is read back from its file, resampled bilinearly and weighted by the inverse variance of its sky.
// Bad pixels, cosmic rays and missing data take no part; where some exposure lost a pixel so, INEXACT_PSF is set.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hdu, imageHeader, readHdus, readWindow, toPhysical } from '#src/fits'
import {
  addToCoadd,
  type Coadd,
  finishCoadd,
  type MaskPlane,
  makeMask,
  makePlane,
  type Plane,
  resamplePlanes,
  startCoadd,
  type Window,
} from '#src/image'
import { memorySource } from '#src/storage'
import { inIcrs, parseWcs, type Wcs } from '#src/wcs'
import { nodeRuntime as runtime } from '../../origin/runtime.ts'
import { BIT } from './detector.ts'
import { calexpPath, type MaskedImage } from './files.ts'
import { asGrid, type Optics } from './optics.ts'
import { type Band, COADD_PIXEL_ARCSEC, FIELD, type Plan, type Visit } from './plan.ts'

export const TRACT = 1

export interface CoaddInput {
  readonly visit: Visit
  readonly detector: number
  readonly weight: number
}

export interface CoaddImage extends MaskedImage {
  readonly optics: Optics
  readonly inputs: readonly CoaddInput[]
  /** Largest number of exposures on a pixel. */
  readonly deepest: number
}

/** Pixels of the patch along a side: half the field and the overlap on either side of the middle. */
function patchPx(plan: Plan): { size: number; step: number } {
  const overlap = Math.max(8, Math.round(plan.size.detectorPx / 5))
  const whole = Math.ceil((2.1 * plan.halfFieldArcsec) / COADD_PIXEL_ARCSEC)
  const size = Math.ceil((whole + overlap) / 2)
  return { size, step: size - overlap }
}

/** Patch 0 to 3: west to east is right to left; column = patch % 2, row = patch >> 1. */
export function patchOptics(plan: Plan, patch: number): Optics {
  const { size, step } = patchPx(plan)
  const middle = (size + step - 1) / 2
  return grid(size, [middle - (patch % 2) * step, middle - (patch >> 1) * step], COADD_PIXEL_ARCSEC, FIELD)
}

export function grid(
  size: number,
  reference: readonly [number, number],
  pixelArcsec: number,
  centre: typeof FIELD,
): Optics {
  const scale = pixelArcsec / 3600
  return { width: size, height: size, centre, reference, cd: [-scale, 0, 0, scale] }
}

/** The mean of all exposures of a band on a grid, undistorted TAN. */
export async function coaddOnto(folder: string, plan: Plan, band: Band, optics: Optics): Promise<CoaddImage> {
  const coadd = startCoadd(optics.width, optics.height)
  const mask = makeMask(optics.width, optics.height)
  const rejected = new Uint8Array(mask.data.length)
  const inputs: CoaddInput[] = []
  for (const visit of plan.visits) {
    if (visit.band !== band) continue
    for (let detector = 0; detector < 4; detector++) {
      const weight = await addExposure(join(folder, calexpPath(visit, detector)), optics, coadd, mask, rejected)
      if (weight > 0) inputs.push({ visit, detector, weight })
    }
  }
  const { image, variance } = finishCoadd(coadd)
  for (let i = 0; i < mask.data.length; i++) {
    if (coadd.count[i] === 0) mask.data[i] = BIT.NO_DATA
    else if (rejected[i]) mask.data[i] |= BIT.INEXACT_PSF
  }
  return { optics, image, variance, mask, inputs, deepest: coadd.count.reduce((a, b) => Math.max(a, b), 0) }
}

/** Adds one file where it reaches the grid; gives its weight, 0 where it does not. */
async function addExposure(
  file: string,
  optics: Optics,
  coadd: Coadd,
  mask: MaskPlane,
  rejected: Uint8Array,
): Promise<number> {
  const source = memorySource('calexp', readFileSync(file))
  const hdus = await readHdus(source)
  const find = (name: string) => hdus.find((hdu) => hdu.name === name) as Hdu
  const [width, height] = (find('IMAGE').image as { axes: readonly number[] }).axes
  const cards = imageHeader(find('IMAGE'))
  const wcs = inIcrs(parseWcs((keyword) => cards.get(keyword)))
  const window = reach(optics, wcs, width, height)
  if (!window) return 0
  const all = { x0: 0, y0: 0, x1: width, y1: height }
  const read = async (name: string) => toPhysical(await readWindow(source, find(name), all, { runtime }))
  const image = { width, height, data: await read('IMAGE') }
  const variance = { width, height, data: await read('VARIANCE') }
  const bits = { width, height, data: Int32Array.from(await read('MASK')) }
  return lay({ image, variance, mask: bits }, wcs, optics, window, coadd, mask, rejected)
}

const { EDGE, NO_DATA } = BIT
const REJECT = BIT.BAD | BIT.CR | NO_DATA

function lay(
  exposure: MaskedImage,
  wcs: Wcs,
  optics: Optics,
  window: Window,
  coadd: Coadd,
  mask: MaskPlane,
  rejected: Uint8Array,
): number {
  const { width, height } = exposure.image
  const weight = 1 / medianOf(exposure.variance)
  const bits = makeMask(width, height)
  const out = makeMask(window.x1 - window.x0, window.y1 - window.y0)
  for (let i = 0; i < bits.data.length; i++) {
    const flags = exposure.mask.data[i]
    bits.data[i] = flags & REJECT ? NO_DATA : flags & ~EDGE
    if (flags & REJECT) exposure.image.data[i] = Number.NaN
  }
  // Only the part of the grid that the exposure reaches is worked on: a target of its own, shifted into place.
  const part = shifted(optics, window)
  const image = makePlane(part.width, part.height)
  const variance = makePlane(part.width, part.height)
  resamplePlanes(
    asGrid(part),
    [
      { source: exposure.image, out: image, kernel: 'bilinear' },
      { source: exposure.variance, out: variance, kernel: 'bilinear' },
    ],
    [{ source: bits, out }],
    wcs,
  )
  keepFlux(image, variance, part, wcs)
  addToCoadd(coadd, image, weight, { variance, at: [window.x0, window.y0] })
  for (let y = 0, k = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++, k++) {
      const i = (window.y0 + y) * mask.width + window.x0 + x
      if (out.data[k] & NO_DATA) rejected[i] = 1
      else if (!Number.isNaN(image.data[k])) mask.data[i] |= out.data[k]
    }
  }
  return weight
}

const CELL_PX = 32

/**
 * Pixels hold nJy, and those of the grid are of another size: values times the area of a grid pixel in exposure pixels,
 * variances times its square. The area changes slowly: it is measured in the middle of cells of 32 pixels.
 */
function keepFlux(image: Plane, variance: Plane, optics: Optics, wcs: Wcs): void {
  const points = new Float64Array(6)
  const target = asGrid(optics)
  for (let y0 = 0; y0 < image.height; y0 += CELL_PX) {
    for (let x0 = 0; x0 < image.width; x0 += CELL_PX) {
      const [x, y] = [x0 + CELL_PX / 2, y0 + CELL_PX / 2]
      points.set([x, y, x + 1, y, x, y + 1])
      target.pixelToWorldArray(points, points)
      wcs.worldToPixelArray(points, points)
      const [ax, ay, bx, by, cx, cy] = points
      const area = Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
      for (let j = y0; j < Math.min(y0 + CELL_PX, image.height); j++)
        for (let i = j * image.width + x0; i < j * image.width + Math.min(x0 + CELL_PX, image.width); i++) {
          image.data[i] *= area
          variance.data[i] *= area * area
        }
    }
  }
}

function shifted(optics: Optics, { x0, y0, x1, y1 }: Window): Optics {
  const reference = [optics.reference[0] - x0, optics.reference[1] - y0] as const
  return { ...optics, width: x1 - x0, height: y1 - y0, reference }
}

/** The grid's window around an exposure's outline; undefined where they do not meet. */
function reach(optics: Optics, wcs: Wcs, width: number, height: number): Window | undefined {
  const edge = new Float64Array(4 * 2 * 9)
  for (let k = 0, n = 0; k <= 8; k++) {
    const [x, y] = [((width - 1) * k) / 8, ((height - 1) * k) / 8]
    edge.set([x, 0, x, height - 1, 0, y, width - 1, y], n)
    n += 8
  }
  const pixels = new Float64Array(edge.length)
  wcs.pixelToWorldArray(edge, pixels)
  asGrid(optics).worldToPixelArray(pixels, pixels)
  let [x0, y0, x1, y1] = [optics.width, optics.height, 0, 0]
  for (let k = 0; k < pixels.length; k += 2) {
    x0 = Math.min(x0, Math.floor(pixels[k]) - 1)
    x1 = Math.max(x1, Math.ceil(pixels[k]) + 2)
    y0 = Math.min(y0, Math.floor(pixels[k + 1]) - 1)
    y1 = Math.max(y1, Math.ceil(pixels[k + 1]) + 2)
  }
  const window = {
    x0: Math.max(0, x0),
    y0: Math.max(0, y0),
    x1: Math.min(optics.width, x1),
    y1: Math.min(optics.height, y1),
  }
  return window.x0 < window.x1 && window.y0 < window.y1 ? window : undefined
}

function medianOf({ data }: Plane): number {
  const some = Float32Array.from({ length: Math.floor(data.length / 37) }, (_, i) => data[37 * i])
  const sorted = some.filter((value) => !Number.isNaN(value)).sort()
  return sorted[sorted.length >> 1]
}
