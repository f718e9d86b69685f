// The smallest window of whole pixels that holds a region's part of an image. Pure, given the WCS (ICRS side).
// The part's outline is the region's outline inside the image plus the image's edge inside the region, so its extremes
// lie on one of the two: both are walked, finely where it matters. Works at poles, for regions larger than the image,
// half outside of it or of its projection, and with distortions (whose far, folded side is recognised and left out).

import type { PixelWindow } from '#src/fits'
import { contains, type Region, separationRad } from '#src/sky'
import type { Wcs } from '#src/wcs'
import { type Arc, arcsOf } from './outline.ts'

export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Box of positions in pixels; an image spans -0.5 to n - 0.5. */
interface Box {
  x0: number
  x1: number
  y0: number
  y1: number
}

/** Where an outline comes near the image its steps are halved until they are this short in pixels, */
const STEP_PX = 8
/** or this part of the image's longer side: a polygon of 500 vertices across a large image must not take a second. */
const STEP_PART = 1 / 64
const MAX_DEPTH = 24
/** A position that comes back farther off than this (in pixels) was on the folded side of a distortion. */
const FOLD_PX = 0.5

/** `undefined`: no pixel of the image is in the region. `wcs` has its world side in ICRS. */
export function regionWindow(region: Region, wcs: Wcs, size: ImageSize): PixelWindow | undefined {
  const box: Box = { x0: Infinity, x1: -Infinity, y0: Infinity, y1: -Infinity }
  const walker = createWalker(wcs, size, box)
  for (const arc of arcsOf(region)) walker.walk(arc)
  walker.refine()
  const edge = walkEdge(region, wcs, size, box, walker.crossed || !walker.entered)
  // Beyond a projection's limb lies an outline that is neither the region's nor the image's: a coarse net finds it.
  if (edge.undefinedSeen) walkInside(region, wcs, size, box)
  return wholePixels(box, size)
}

/** Pixels whose centre lies in the box; of a box between centres the nearest ones, so that a point has a pixel. */
function wholePixels({ x0, x1, y0, y1 }: Box, { width, height }: ImageSize): PixelWindow | undefined {
  if (!(x0 <= x1 && y0 <= y1)) return undefined
  const [left, right] = span(x0, x1, width)
  const [bottom, top] = span(y0, y1, height)
  return { x0: left, y0: bottom, x1: right, y1: top }
}

/** Rounding of the coordinates (1e-7 px) must not take the pixel whose centre is exactly on the outline. */
const ROUNDING_PX = 1e-6

function span(low: number, high: number, length: number): [number, number] {
  let first = Math.ceil(low - ROUNDING_PX)
  let last = Math.floor(high + ROUNDING_PX)
  if (first > last) first = last = Math.round((low + high) / 2)
  const start = Math.min(Math.max(first, 0), length - 1)
  return [start, Math.min(Math.max(last, start), length - 1) + 1]
}

function grow(box: Box, x: number, y: number): void {
  if (x < box.x0) box.x0 = x
  if (x > box.x1) box.x1 = x
  if (y < box.y0) box.y0 = y
  if (y > box.y1) box.y1 = y
}

interface PixelPoint {
  readonly t: number
  /** NaN where the projection or the distortion has no such place. */
  readonly x: number
  readonly y: number
}

/** An extreme is flat: this far from it along a circle of 2000 px, less than 1e-6 px is lost. */
const LAST_STEP = 4e-6

/** What is largest at the right, left, top and bottom end. */
const EXTREMES: readonly ((point: PixelPoint) => number)[] = [({ x }) => x, ({ x }) => -x, ({ y }) => y, ({ y }) => -y]

function createWalker(wcs: Wcs, { width, height }: ImageSize, box: Box) {
  const sky = new Float64Array(2)
  const pixel = new Float64Array(2)
  const back = new Float64Array(2)
  const toleranceRad = ((FOLD_PX * wcs.pixelScaleDeg) / 180) * Math.PI
  const shortest = Math.max(STEP_PX, Math.max(width, height) * STEP_PART)
  /** The best sample for each of the four extremes, and the arc it lies on. */
  const best: ({ arc: Arc; point: PixelPoint } | undefined)[] = EXTREMES.map(() => undefined)
  const walker = { entered: false, crossed: false, walk, refine }

  const inside = (x: number, y: number) => x >= -0.5 && x <= width - 0.5 && y >= -0.5 && y <= height - 0.5

  function at(arc: Arc, t: number): PixelPoint {
    arc.at(t, sky)
    const found = wcs.worldToPixel(sky[0], sky[1], pixel)
    if (!found) return { t, x: Number.NaN, y: Number.NaN }
    const [x, y] = pixel
    if (inside(x, y)) {
      const there = wcs.pixelToWorld(x, y, back)
      if (!there || separationRad(sky[0], sky[1], back[0], back[1]) > toleranceRad)
        return { t, x: Number.NaN, y: Number.NaN }
    }
    return { t, x, y }
  }

  function take(arc: Arc, point: PixelPoint): void {
    const { x, y } = point
    if (inside(x, y)) {
      walker.entered = true
      for (const [i, value] of EXTREMES.entries()) {
        const known = best[i]
        if (!known || value(point) > value(known.point)) best[i] = { arc, point }
      }
      grow(box, x, y)
    } else walker.crossed = true
  }

  function walk(arc: Arc): void {
    let before = at(arc, 0)
    take(arc, before)
    for (let i = 1; i <= arc.steps; i++) {
      const next = at(arc, i / arc.steps)
      between(arc, before, next, 0)
      take(arc, next)
      before = next
    }
  }

  /** Halves a step that may pass through the image while it is long there. */
  function between(arc: Arc, a: PixelPoint, b: PixelPoint, depth: number): void {
    const length = Math.hypot(b.x - a.x, b.y - a.y)
    if (depth >= MAX_DEPTH || length <= shortest) return
    if (Number.isNaN(length)) {
      // One end beyond the projection: a few halvings find where it comes in.
      if (depth >= 8 || (Number.isNaN(a.x) && Number.isNaN(b.x) && depth >= 3)) return
    } else if (
      Math.max(a.x, b.x) + length < -0.5 ||
      Math.min(a.x, b.x) - length > width ||
      Math.max(a.y, b.y) + length < -0.5 ||
      Math.min(a.y, b.y) - length > height
    )
      return
    const middle = at(arc, (a.t + b.t) / 2)
    take(arc, middle)
    between(arc, a, middle, depth + 1)
    between(arc, middle, b, depth + 1)
  }

  /** The extremes lie between samples: climb to each of the four from its best one. */
  function refine(): void {
    for (const [i, value] of EXTREMES.entries()) {
      const start = best[i]
      if (!start) return
      const { arc } = start
      let top = start.point
      for (let step = 0.5 / arc.steps; step > LAST_STEP; step /= 2) {
        for (const t of [top.t - step, top.t + step]) {
          const point = at(arc, Math.min(1, Math.max(0, t)))
          if (inside(point.x, point.y) && value(point) > value(top)) top = point
        }
      }
      grow(box, top.x, top.y)
    }
  }
  return walker
}

/** The image's edge: where it lies in the region it belongs to the part's outline. One corner is enough if the
 * region's outline never leaves the image (the whole edge is then on one side of it). */
function walkEdge(region: Region, wcs: Wcs, { width, height }: ImageSize, box: Box, thoroughly: boolean) {
  const world = new Float64Array(2)
  const state = { undefinedSeen: false }
  const isIn = (x: number, y: number) => {
    if (!wcs.pixelToWorld(x, y, world)) {
      state.undefinedSeen = true
      return false
    }
    return contains(region, world[0], world[1])
  }
  const [right, top] = [width - 0.5, height - 0.5]
  const sides: [number, number, number, number][] = [
    [-0.5, -0.5, right, -0.5],
    [right, -0.5, right, top],
    [right, top, -0.5, top],
    [-0.5, top, -0.5, -0.5],
  ]
  for (const [ax, ay, bx, by] of sides) {
    const steps = thoroughly ? Math.ceil(Math.max(Math.abs(bx - ax), Math.abs(by - ay)) / STEP_PX) : 1
    let wasIn = false
    for (let i = 0; i <= steps; i++) {
      const [x, y] = [ax + ((bx - ax) * i) / steps, ay + ((by - ay) * i) / steps]
      const now = isIn(x, y)
      if (now) grow(box, x, y)
      if (i > 0 && now !== wasIn) crossing(i, steps, now)
      wasIn = now
    }
    function crossing(i: number, of: number, nowIn: boolean) {
      let [out, inn] = nowIn ? [(i - 1) / of, i / of] : [i / of, (i - 1) / of]
      for (let n = 0; n < 30; n++) {
        const middle = (out + inn) / 2
        if (isIn(ax + (bx - ax) * middle, ay + (by - ay) * middle)) inn = middle
        else out = middle
      }
      grow(box, ax + (bx - ax) * inn, ay + (by - ay) * inn)
    }
  }
  return state
}

const NET = 128

function walkInside(region: Region, wcs: Wcs, { width, height }: ImageSize, box: Box): void {
  const world = new Float64Array(2)
  const [stepX, stepY] = [Math.max(1, width / NET), Math.max(1, height / NET)]
  for (let y = 0; y < height; y += stepY)
    for (let x = 0; x < width; x += stepX)
      if (wcs.pixelToWorld(x, y, world) && contains(region, world[0], world[1])) grow(box, x, y)
}
