// Where the sky falls on a detector: TAN with SIP terms (Shupe et al. 2005), the reference pixel at the middle of the
// camera, off the detectors. The camera bends by a few pixels at its corners, as wide-field cameras do.
// The simulator keeps its own arithmetic on purpose: the reader under test (room wcs) is another.

import type { SkySource, SkyTarget } from '#src/image'
import { FIELD, PIXEL_ARCSEC, type Plan, type Visit } from './plan.ts'
import { type Polynomial, polynomial } from './polynomial.ts'
import { dice } from './random.ts'
import { ARCSEC, type Centre, toPlane, toSky } from './sky-plane.ts'

export interface Optics {
  readonly width: number
  readonly height: number
  readonly centre: Centre
  /** 0-based pixel of the reference point. */
  readonly reference: readonly [number, number]
  /** Degrees per pixel: [[CD1_1, CD1_2], [CD2_1, CD2_2]]. */
  readonly cd: readonly [number, number, number, number]
  /** Pixel corrections u -> u + a, v -> v + b of SIP; absent = undistorted. */
  readonly sip?: { a: Polynomial; b: Polynomial }
}

/** Pixels by which the camera's corner is displaced outwards. */
const CORNER_SHIFT = 4

export function opticsOf(plan: Plan, visit: Visit, detector: number): Optics {
  const { detectorPx } = plan.size
  const step = detectorPx + plan.gapPx
  const [column, row] = [detector % 2, detector >> 1]
  // Each detector is glued on with a small turn and shift of its own, the same in every visit.
  const glue = dice('glue', plan.seed, detector)
  const middle = (step + detectorPx - 1) / 2
  const reference = [middle - column * step + glue.between(-1.5, 1.5), middle - row * step + glue.between(-1.5, 1.5)]
  const angle = ((visit.rotationDeg + glue.between(-0.08, 0.08)) * Math.PI) / 180
  const scale = (PIXEL_ARCSEC / 3600) * (1 + glue.between(-3e-4, 3e-4))
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale]
  const corner = Math.SQRT2 * (step / 2 + detectorPx / 2)
  const k3 = CORNER_SHIFT / corner ** 3
  const k2 = () => (glue.between(-0.5, 0.5) / corner) * (1 / corner)
  const a = polynomial(3, { '3_0': k3, '1_2': k3, '2_0': k2(), '1_1': k2(), '0_2': k2() })
  const b = polynomial(3, { '0_3': k3, '2_1': k3, '2_0': k2(), '1_1': k2(), '0_2': k2() })
  return {
    width: detectorPx,
    height: detectorPx,
    centre: toSky(FIELD, visit.offsetArcsec[0], visit.offsetArcsec[1]),
    reference: [reference[0], reference[1]],
    cd: [-cos, sin, sin, cos],
    sip: { a, b },
  }
}

export function pixelToSky(optics: Optics, x: number, y: number): { raDeg: number; decDeg: number } {
  const u = x - optics.reference[0]
  const v = y - optics.reference[1]
  const p = u + (optics.sip?.a.value(u, v) ?? 0)
  const q = v + (optics.sip?.b.value(u, v) ?? 0)
  const [c11, c12, c21, c22] = optics.cd
  return toSky(optics.centre, 3600 * (c11 * p + c12 * q), 3600 * (c21 * p + c22 * q))
}

/** The pixel a position falls on, which may be off the detector; the SIP terms are undone to 1e-10 px. */
export function skyToPixel(optics: Optics, raDeg: number, decDeg: number): [number, number] {
  const [xi, eta] = toPlane(optics.centre, raDeg, decDeg)
  const [c11, c12, c21, c22] = optics.cd
  const det = (c11 * c22 - c12 * c21) * 3600
  const p = (c22 * xi - c12 * eta) / det
  const q = (c11 * eta - c21 * xi) / det
  let u = p
  let v = q
  if (optics.sip) {
    // The terms change by less than 2 percent a pixel: ten rounds gain 17 digits.
    for (let round = 0; round < 10; round++) {
      const du = optics.sip.a.value(u, v)
      const dv = optics.sip.b.value(u, v)
      u = p - du
      v = q - dv
    }
  }
  return [u + optics.reference[0], v + optics.reference[1]]
}

/** Optics as a target and source of resampling (radians). */
export function asGrid(optics: Optics): SkyTarget & SkySource {
  const perRad = 1 / (3600 * ARCSEC)
  return {
    width: optics.width,
    height: optics.height,
    pixelToWorldArray(xy, lonlat) {
      for (let k = 0; k < xy.length; k += 2) {
        const { raDeg, decDeg } = pixelToSky(optics, xy[k], xy[k + 1])
        lonlat[k] = raDeg / perRad
        lonlat[k + 1] = decDeg / perRad
      }
    },
    worldToPixelArray(lonlat, out) {
      for (let k = 0; k < lonlat.length; k += 2) {
        const [x, y] = skyToPixel(optics, lonlat[k] * perRad, lonlat[k + 1] * perRad)
        out[k] = x
        out[k + 1] = y
      }
    },
  }
}
