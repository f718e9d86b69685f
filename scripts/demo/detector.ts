// One exposure of one detector: the sky through the seeing, photon and read noise, cosmic rays, bad columns; image and
// variance in nJy, and the mask with the planes that LSST's afw writes.

import { drawProfile, type MaskPlane, makeMask, makePlane, moffat, type Plane, profileRadius } from '#src/image'
import { drawGalaxy } from './galaxies.ts'
import { type Optics, opticsOf, skyToPixel } from './optics.ts'
import { PIXEL_ARCSEC, type Plan, type Visit, ZERO_POINT } from './plan.ts'
import { type Dice, dice } from './random.ts'
import { moverPosition, type Scene, supernovaFlux, variableFlux } from './scene.ts'

/** Bit numbers of the mask planes, as in afw. */
export const MASK_PLANES = {
  BAD: 0,
  SAT: 1,
  INTRP: 2,
  CR: 3,
  EDGE: 4,
  DETECTED: 5,
  DETECTED_NEGATIVE: 6,
  SUSPECT: 7,
  NO_DATA: 8,
  INEXACT_PSF: 9,
} as const
/** The same as values to or together. */
export const BIT = Object.fromEntries(Object.entries(MASK_PLANES).map(([name, n]) => [name, 1 << n])) as Record<
  keyof typeof MASK_PLANES,
  number
>

const { DETECTED, SAT } = BIT
const READ_NOISE_ELECTRONS = 4
const FULL_WELL_ELECTRONS = 60_000
const EDGE_PX = 4
const DETECTION_SIGMA = 5

export interface Exposure {
  readonly optics: Optics
  readonly image: Plane
  readonly variance: Plane
  readonly mask: MaskPlane
  /** Variance of a pixel of empty sky, nJy^2. */
  readonly skyVariance: number
}

/** nJy per electron. */
const gainOf = ({ zeroPoint }: Visit) => 10 ** (0.4 * (ZERO_POINT - zeroPoint))

export function expose(plan: Plan, scene: Scene, visit: Visit, detector: number): Exposure {
  const optics = opticsOf(plan, visit, detector)
  const { width, height } = optics
  const gain = gainOf(visit)
  const skyVariance = gain * gain * (visit.skyElectrons + READ_NOISE_ELECTRONS ** 2)
  const image = makePlane(width, height, 0)
  paint(image, optics, scene, visit, Math.sqrt(skyVariance))

  const variance = makePlane(width, height, 0)
  const mask = makeMask(width, height)
  const noise = dice('noise', plan.seed, visit.visit, detector)
  const full = FULL_WELL_ELECTRONS * gain
  const detected = DETECTION_SIGMA * Math.sqrt(skyVariance)
  for (let i = 0; i < image.data.length; i++) {
    const light = image.data[i]
    const v = skyVariance + gain * light
    let flags = light > detected ? DETECTED : 0
    if (light > full) flags |= SAT
    variance.data[i] = v
    image.data[i] = Math.min(light, full) + Math.sqrt(v) * noise.normal()
    mask.data[i] = flags
  }
  const { exptimeS } = visit
  cosmicRays(image, mask, dice('cosmics', plan.seed, visit.visit, detector), gain, exptimeS)
  badColumns(image, variance, mask, dice('defects', plan.seed, detector))
  edges(mask)
  return { optics, image, variance, mask, skyVariance }
}

/** Everything that shines, without noise. Stars are drawn until they sink far below the noise of a pixel. */
function paint(image: Plane, optics: Optics, scene: Scene, visit: Visit, noise: number): void {
  const psf = moffat(visit.seeingArcsec / PIXEL_ARCSEC)
  const faintest = noise / 60
  const point = (raDeg: number, decDeg: number, flux: number) => {
    if (flux <= 0) return
    const [x, y] = skyToPixel(optics, raDeg, decDeg)
    drawProfile(image, x, y, flux, psf, Math.max(8, profileRadius(flux, psf, faintest)))
  }
  const { band, mjdMiddle } = visit
  for (const galaxy of scene.galaxies) drawGalaxy(image, optics, galaxy, band, visit.seeingArcsec)
  for (const { raDeg, decDeg, flux } of scene.stars) point(raDeg, decDeg, flux[band])
  point(scene.variable.raDeg, scene.variable.decDeg, variableFlux(scene, band, mjdMiddle))
  point(scene.supernova.raDeg, scene.supernova.decDeg, supernovaFlux(scene, band, mjdMiddle))
  const mover = moverPosition(scene, mjdMiddle)
  point(mover.raDeg, mover.decDeg, scene.mover.flux[band])
}

/** Straight tracks of some hundred to some thousand electrons a pixel. */
function cosmicRays({ data, width, height }: Plane, mask: MaskPlane, d: Dice, gain: number, exptimeS: number): void {
  const count = Math.round((exptimeS / 30) * 14 * ((width * height) / 512 ** 2) * d.between(0.7, 1.4)) + 1
  for (let k = 0; k < count; k++) {
    let x = d.between(0, width)
    let y = d.between(0, height)
    const angle = d.between(0, 2 * Math.PI)
    const length = 2 + Math.floor(14 * d.uniform() ** 3)
    const energy = d.between(300, 4000) * gain
    for (let step = 0; step < length; step++, x += Math.cos(angle), y += Math.sin(angle)) {
      if (x < 0 || y < 0 || x >= width || y >= height) break
      const at = Math.floor(y) * width + Math.floor(x)
      if (mask.data[at] & BIT.CR) continue
      data[at] += energy * d.between(0.5, 1)
      mask.data[at] |= BIT.CR
    }
  }
}

/** Two dead columns and the half of a third, the same in every visit: no data there. */
function badColumns(image: Plane, variance: Plane, mask: MaskPlane, d: Dice): void {
  const { width, height } = image
  for (let k = 0; k < 3; k++) {
    const x = EDGE_PX + d.below(width - 2 * EDGE_PX)
    const from = k === 2 ? d.below(height) : 0
    for (let y = from; y < height; y++) {
      const at = y * width + x
      image.data[at] = Number.NaN
      variance.data[at] = Number.NaN
      mask.data[at] = BIT.BAD | BIT.NO_DATA
    }
  }
}

function edges({ data, width, height }: MaskPlane): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (Math.min(x, y, width - 1 - x, height - 1 - y) < EDGE_PX) data[y * width + x] |= BIT.EDGE
}
