// Extended light on a detector: Sersic profiles and a disc with two arms, on the tangent plane around the galaxy,
// softened by the seeing instead of convolved with it (all are larger than a star), and scaled to their flux.

import type { Plane } from '#src/image'
import { type Optics, pixelToSky, skyToPixel } from './optics.ts'
import { type Band, PIXEL_ARCSEC } from './plan.ts'
import { type Component, type Galaxy, WINDING } from './scene.ts'
import { toPlane } from './sky-plane.ts'

/** b_n of the Sersic profile, so that half the light lies within the half-light radius (Ciotti & Bertin 1999, eq. 18). */
const sersicB = (n: number) => 2 * n - 1 / 3 + 4 / (405 * n)

export function drawGalaxy(plane: Plane, optics: Optics, galaxy: Galaxy, band: Band, seeingArcsec: number): void {
  const [x, y] = skyToPixel(optics, galaxy.raDeg, galaxy.decDeg)
  const widest = Math.max(...galaxy.components.map(({ reachArcsec }) => reachArcsec)) / PIXEL_ARCSEC
  if (x < -widest || y < -widest || x > plane.width + widest || y > plane.height + widest) return
  for (const component of galaxy.components) drawComponent(plane, optics, galaxy, component, band, seeingArcsec, x, y)
}

function drawComponent(
  plane: Plane,
  optics: Optics,
  galaxy: Galaxy,
  component: Component,
  band: Band,
  seeingArcsec: number,
  x: number,
  y: number,
): void {
  const reach = Math.ceil(component.reachArcsec / PIXEL_ARCSEC)
  const x0 = Math.round(x) - reach
  const y0 = Math.round(y) - reach
  const size = 2 * reach + 1
  // One linear map from pixels to arcsec serves the whole galaxy: over it the camera bends by a small part of a pixel.
  const here = toPlane(galaxy, ...sky(optics, x, y))
  const right = toPlane(galaxy, ...sky(optics, x + 1, y))
  const up = toPlane(galaxy, ...sky(optics, x, y + 1))
  const turn = (galaxy.angleDeg * Math.PI) / 180
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)]
  const light = profile(component, 0.35 * seeingArcsec)
  const values = new Float64Array(size * size)
  let sum = 0
  for (let j = 0, k = 0; j < size; j++) {
    for (let i = 0; i < size; i++, k++) {
      const dx = x0 + i - x
      const dy = y0 + j - y
      const xi = dx * (right[0] - here[0]) + dy * (up[0] - here[0])
      const eta = dx * (right[1] - here[1]) + dy * (up[1] - here[1])
      sum += values[k] = light(xi * sin + eta * cos, (xi * cos - eta * sin) / galaxy.axisRatio)
    }
  }
  const scale = component.flux[band] / sum
  for (let j = Math.max(0, -y0); j < size && y0 + j < plane.height; j++)
    for (let i = Math.max(0, -x0); i < size && x0 + i < plane.width; i++)
      plane.data[(y0 + j) * plane.width + x0 + i] += scale * values[j * size + i]
}

function sky(optics: Optics, x: number, y: number): [number, number] {
  const { raDeg, decDeg } = pixelToSky(optics, x, y)
  return [raDeg, decDeg]
}

/** Brightness at a place in the galaxy's own plane (along and across the major axis, arcsec), to any scale. */
function profile({ kind, sizeArcsec, index, reachArcsec }: Component, soft: number): (a: number, b: number) => number {
  const fade = (r: number) => (r < reachArcsec ? 1 - (r / reachArcsec) ** 4 : 0)
  if (kind === 'sersic') {
    const b = sersicB(index)
    return (along, across) => {
      const r = Math.sqrt(along * along + across * across + soft * soft)
      return fade(r) * Math.exp(-b * (r / sizeArcsec) ** (1 / index))
    }
  }
  return (along, across) => {
    const r = Math.sqrt(along * along + across * across + soft * soft)
    const winding = Math.atan2(across, along) - WINDING * Math.log(r / sizeArcsec)
    // Two arms: a ridge where the angle follows the logarithm of the radius; none in the very middle.
    const ridge = Math.exp(3.2 * (Math.cos(2 * winding) - 1))
    const start = 1 - Math.exp(-((r / (0.45 * sizeArcsec)) ** 2))
    return fade(r) * Math.exp(-r / (1.15 * sizeArcsec)) * start * (0.08 + ridge)
  }
}
