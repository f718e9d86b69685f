// What is on the sky of the demo survey: stars, an open cluster, galaxies, a variable, a supernova and a moving object.
// Positions are drawn on the tangent plane of the field (arcsec east and north) and kept in degrees.

import { type Band, FIELD, fluxOf, type PerBand, type Plan } from './plan.ts'
import { type Dice, dice } from './random.ts'
import { toSky } from './sky-plane.ts'

export interface Star {
  readonly id: number
  readonly raDeg: number
  readonly decDeg: number
  readonly group: 'field' | 'cluster' | 'knot'
  readonly flux: PerBand
}

/** Light with a shape: normalised to `flux` over `reachArcsec`. */
export interface Component {
  readonly kind: 'sersic' | 'arms'
  readonly flux: PerBand
  /** Half-light radius of a Sersic profile, scale length of a disc with arms. */
  readonly sizeArcsec: number
  readonly index: number
  readonly reachArcsec: number
}

export interface Galaxy {
  readonly id: number
  readonly name?: string
  readonly raDeg: number
  readonly decDeg: number
  /** Minor over major axis, and the major axis from north through east. */
  readonly axisRatio: number
  readonly angleDeg: number
  readonly components: readonly Component[]
}

export interface Scene {
  readonly stars: readonly Star[]
  readonly galaxies: readonly Galaxy[]
  readonly variable: {
    raDeg: number
    decDeg: number
    periodD: number
    amplitudeMag: number
    mjdMean: number
    flux: PerBand
  }
  readonly supernova: {
    raDeg: number
    decDeg: number
    hostId: number
    mjdPeak: number
    riseD: number
    declineD: PerBand
    peak: PerBand
  }
  readonly mover: {
    mjdStart: number
    mjdEnd: number
    start: readonly [number, number]
    end: readonly [number, number]
    flux: PerBand
  }
}

/** Fluxes of an r magnitude and the colours g-r and r-i. */
function fluxes(r: number, gr: number, ri: number): PerBand {
  return { g: fluxOf(r + gr), r: fluxOf(r), i: fluxOf(r - ri) }
}

export function makeScene(plan: Plan): Scene {
  const half = plan.halfFieldArcsec
  const at = (xi: number, eta: number) => toSky(FIELD, xi, eta)
  // The sizes of what is large follow the field, so that a small survey for tests shows the same picture.
  const scale = half / 730
  const spiral = spiralGalaxy(scale, at)
  const host = { xi: half * 0.42, eta: -half * 0.38 }
  const galaxies = [
    spiral,
    round(2, 'supernova host', at(host.xi, host.eta), 15.6, 10 * scale, 1, 0.7, 120),
    round(3, 'edge-on disc', at(-half * 0.55, -half * 0.3), 15.2, 26 * scale, 1, 0.16, 58),
    round(4, 'elliptical', at(half * 0.6, half * 0.45), 14.6, 14 * scale, 3, 0.8, 30),
    round(5, 'companion', at(half * 0.6 + 48 * scale, half * 0.45 - 22 * scale), 16.1, 6 * scale, 2.5, 0.9, 80),
    round(6, 'companion', at(half * 0.6 - 30 * scale, half * 0.45 + 50 * scale), 16.6, 5 * scale, 2, 0.6, 10),
    ...smallGalaxies(plan, at),
  ]
  const first = plan.visits[0].mjdBegin
  const last = plan.visits[plan.visits.length - 1].mjdBegin
  const nearHost = at(host.xi + 7 * scale, host.eta + 4 * scale)
  return {
    stars: [...fieldStars(plan, at), ...clusterStars(plan, at), ...knots(plan, spiral, scale)],
    galaxies,
    variable: {
      ...at(-half * 0.2, -half * 0.62),
      periodD: 17.3,
      amplitudeMag: 0.45,
      mjdMean: first + 3.1,
      flux: fluxes(16.6, 0.42, 0.15),
    },
    supernova: {
      ...nearHost,
      hostId: 2,
      mjdPeak: first + 0.45 * (last - first),
      riseD: 17,
      declineD: { g: 17, r: 24, i: 31 },
      peak: fluxes(16.9, -0.05, -0.1),
    },
    mover: {
      mjdStart: first,
      mjdEnd: last,
      start: [half * 0.66, -half * 0.72],
      end: [-half * 0.7, half * 0.2],
      flux: fluxes(17.8, 0.62, 0.2),
    },
  }
}

type At = (xi: number, eta: number) => { raDeg: number; decDeg: number }

/** Counts that rise by 10^0.25 a magnitude; a blue turn-off and a red dwarf sequence. */
function fieldStars(plan: Plan, at: At): Star[] {
  const d = dice('stars', plan.seed)
  const reach = plan.halfFieldArcsec * 1.06
  const [bright, faint, rise] = [13.2, 23.0, 0.25]
  return Array.from({ length: plan.size.stars }, (_, k) => {
    const u = d.uniform()
    const r = Math.log10(u * (10 ** (rise * faint) - 10 ** (rise * bright)) + 10 ** (rise * bright)) / rise
    const dwarf = d.uniform() < (r > 18 ? 0.55 : 0.2)
    const gr = dwarf ? 1.38 + 0.08 * d.normal() : 0.5 + 0.14 * d.normal()
    const ri = dwarf ? d.between(0.6, 1.5) : 0.38 * gr + 0.02 * d.normal()
    const position = at(d.between(-reach, reach), d.between(-reach, reach))
    return { id: k + 1, ...position, group: 'field', flux: fluxes(r, gr, ri) }
  })
}

/** A main sequence of blue stars and two orange giants, within a few arcminutes. */
function clusterStars(plan: Plan, at: At): Star[] {
  const d = dice('cluster', plan.seed)
  const half = plan.halfFieldArcsec
  const sigma = half * 0.075
  return Array.from({ length: 64 }, (_, k) => {
    const giant = k < 2
    const r = giant ? 13.1 + 0.3 * k : 13.4 + 5.2 * d.uniform() ** 0.7
    const gr = giant ? 1.05 : -0.28 + 0.13 * (r - 13.4)
    const position = at(-half * 0.5 + sigma * d.normal(), half * 0.55 + sigma * d.normal())
    return { id: 100_001 + k, ...position, group: 'cluster', flux: fluxes(r, gr, giant ? 0.42 : 0.35 * gr) }
  })
}

function round(
  id: number,
  name: string | undefined,
  position: { raDeg: number; decDeg: number },
  r: number,
  sizeArcsec: number,
  index: number,
  axisRatio: number,
  angleDeg: number,
): Galaxy {
  const red = index > 1.5
  const component: Component = {
    kind: 'sersic',
    flux: fluxes(r, red ? 0.82 : 0.55, red ? 0.4 : 0.25),
    sizeArcsec,
    index,
    reachArcsec: sizeArcsec * (index > 1.5 ? 8 : 5) + 6,
  }
  return { id, ...(name ? { name } : {}), ...position, axisRatio, angleDeg, components: [component] }
}

function smallGalaxies(plan: Plan, at: At): Galaxy[] {
  const d = dice('galaxies', plan.seed)
  const reach = plan.halfFieldArcsec * 1.02
  const count = Math.round(plan.size.stars * 0.06)
  return Array.from({ length: count }, (_, k) => {
    const r = 17.5 + 4.5 * d.uniform() ** 0.6
    const size = Math.max(1.2, (22.5 - r) * 0.9 * d.between(0.6, 1.3))
    const position = at(d.between(-reach, reach), d.between(-reach, reach))
    return round(
      100 + k,
      undefined,
      position,
      r,
      size,
      d.uniform() < 0.3 ? 2.5 : 1,
      d.between(0.3, 1),
      d.between(0, 180),
    )
  })
}

const SPIRAL = { axisRatio: 0.68, angleDeg: 38, lengthArcsec: 34 }

function spiralGalaxy(scale: number, at: At): Galaxy {
  const length = SPIRAL.lengthArcsec * scale
  return {
    id: 1,
    name: 'spiral',
    ...at(118 * scale, -84 * scale),
    axisRatio: SPIRAL.axisRatio,
    angleDeg: SPIRAL.angleDeg,
    components: [
      { kind: 'sersic', flux: fluxes(13.6, 0.85, 0.42), sizeArcsec: 0.3 * length, index: 1.8, reachArcsec: 3 * length },
      { kind: 'sersic', flux: fluxes(13.1, 0.6, 0.3), sizeArcsec: 1.68 * length, index: 1, reachArcsec: 7 * length },
      { kind: 'arms', flux: fluxes(12.7, 0.28, 0.1), sizeArcsec: length, index: 1, reachArcsec: 7 * length },
    ],
  }
}

/** Winding of the arms: the angle grows by this for each e-fold of the radius (pitch angle 20 degrees). */
export const WINDING = 1 / Math.tan((20 * Math.PI) / 180)

/** Young star clusters strung along the two arms, blue points. */
function knots(plan: Plan, galaxy: Galaxy, scale: number): Star[] {
  const d: Dice = dice('knots', plan.seed)
  const length = SPIRAL.lengthArcsec * scale
  const turn = (galaxy.angleDeg * Math.PI) / 180
  return Array.from({ length: 90 }, (_, k) => {
    const radius = length * d.between(0.5, 3.6)
    const angle = WINDING * Math.log(radius / length) + Math.PI * (k % 2) + 0.16 * d.normal()
    const along = radius * Math.cos(angle)
    const across = radius * Math.sin(angle) * galaxy.axisRatio
    const xi = along * Math.sin(turn) + across * Math.cos(turn)
    const eta = along * Math.cos(turn) - across * Math.sin(turn)
    const r = 18.4 + 2.2 * d.uniform() + radius / length / 3
    const position = toSky(galaxy, xi, eta)
    return { id: 200_001 + k, ...position, group: 'knot', flux: fluxes(r, -0.1 + 0.1 * d.normal(), -0.05) }
  })
}

/** Flux of the variable at a time: a sine in magnitudes. */
export function variableFlux({ variable }: Scene, band: Band, mjd: number): number {
  const phase = (2 * Math.PI * (mjd - variable.mjdMean)) / variable.periodD
  return variable.flux[band] * 10 ** (-0.4 * variable.amplitudeMag * Math.sin(phase))
}

/** Rises as a parabola, declines exponentially, sooner in the blue. */
export function supernovaFlux({ supernova }: Scene, band: Band, mjd: number): number {
  const t = mjd - supernova.mjdPeak
  if (t <= -supernova.riseD) return 0
  if (t < 0) return supernova.peak[band] * (1 - (t / supernova.riseD) ** 2)
  return supernova.peak[band] * Math.exp(-t / supernova.declineD[band])
}

/** Straight and even on the tangent plane of the field. */
export function moverPosition({ mover }: Scene, mjd: number): { raDeg: number; decDeg: number } {
  const f = (mjd - mover.mjdStart) / (mover.mjdEnd - mover.mjdStart || 1)
  const [x, y] = [0, 1].map((k) => mover.start[k] + f * (mover.end[k] - mover.start[k]))
  return toSky(FIELD, x, y)
}
