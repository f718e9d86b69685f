// The size of regions: bounding circles (not always the smallest, never too small) and areas. Radians, steradians.

import { normalizeLon, TWO_PI } from './angle.ts'
import { type Circle, lonInterval, type Polygon, prepare, type Range, type Region } from './region.ts'
import { separationRad, vectorToLonLat } from './vector.ts'

/** A circle that holds the whole region. */
export function bounds(region: Region): Circle {
  switch (region.kind) {
    case 'circle':
      return region
    case 'polygon': {
      const { centre, radiusRad } = prepare(region)
      return { kind: 'circle', ...vectorToLonLat(centre), radiusRad: radiusRad + 1e-15 }
    }
    case 'range':
      return rangeBounds(region)
  }
}

function rangeBounds(range: Range): Circle {
  const { start, width } = lonInterval(range)
  const latMin = Math.max(range.latMinRad, -Math.PI / 2)
  const latMax = Math.min(range.latMaxRad, Math.PI / 2)
  const lonRad = normalizeLon(start + width / 2)
  const circles: Circle[] = [
    { kind: 'circle', lonRad: 0, latRad: Math.PI / 2, radiusRad: Math.PI / 2 - latMin },
    { kind: 'circle', lonRad: 0, latRad: -Math.PI / 2, radiusRad: Math.PI / 2 + latMax },
  ]
  // Up to half a turn the corners are the farthest points of a box from a centre on its middle meridian,
  // unless a side bulges away: then its farthest point is where the centre's antipodal parallel touches it.
  if (width <= Math.PI) {
    for (const part of [0.5, 0, 1]) {
      const latRad = latMin + part * (latMax - latMin)
      const half = width / 2
      const turning = Math.atan2(Math.sin(latRad), Math.cos(latRad) * Math.cos(half))
      const candidates = [latMin, latMax]
      for (const lat of [turning, turning - Math.PI, turning + Math.PI])
        if (lat > latMin && lat < latMax) candidates.push(lat)
      const radiusRad = Math.max(
        ...candidates.map((lat) => separationRad(0, latRad, half, lat)),
        latMax - latRad,
        latRad - latMin,
      )
      circles.push({ kind: 'circle', lonRad, latRad, radiusRad })
    }
  }
  const least = circles.reduce((a, b) => (b.radiusRad < a.radiusRad ? b : a))
  return { ...least, radiusRad: Math.min(Math.PI, least.radiusRad + 1e-15) }
}

/** Area of a polygon, steradians: at most a hemisphere. */
export function areaSr(polygon: Polygon): number {
  return prepare(polygon).areaSr
}

export function regionAreaSr(region: Region): number {
  switch (region.kind) {
    case 'circle': {
      const sinHalf = Math.sin(region.radiusRad / 2)
      return 2 * TWO_PI * sinHalf * sinHalf
    }
    case 'polygon':
      return areaSr(region)
    case 'range':
      return lonInterval(region).width * (Math.sin(region.latMaxRad) - Math.sin(region.latMinRad))
  }
}

/** Box of unit vectors: what R-trees keep of a footprint and are asked for. */
export type Box = readonly [x0: number, x1: number, y0: number, y1: number, z0: number, z1: number]

/** Exact for a cap: the largest x of a cap is cos of (angle between its centre and the x axis, less the radius). */
export function capBox(lonRad: number, latRad: number, radiusRad: number): Box {
  const centre = [Math.cos(latRad) * Math.cos(lonRad), Math.cos(latRad) * Math.sin(lonRad), Math.sin(latRad)]
  const [x, y, z] = centre.map((component) => {
    const angle = Math.acos(Math.max(-1, Math.min(1, component)))
    return [Math.cos(Math.min(Math.PI, angle + radiusRad)), Math.cos(Math.max(0, angle - radiusRad))] as const
  })
  return [...x, ...y, ...z]
}
