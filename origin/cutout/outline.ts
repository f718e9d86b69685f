// The outline of a region as arcs that can be walked: a point for every t in [0, 1]. Radians, ICRS.
// Circles are small circles, polygons have great-circle edges, ranges meridians and parallels.

import { type LonLat, lonLatToVector, type Region, vectorToLonLat } from '#src/sky'

export interface Arc {
  /** Writes longitude and latitude of t into `out`. */
  at(t: number, out: Float64Array): void
  /** Even steps to begin with. */
  readonly steps: number
}

export function arcsOf(region: Region): Arc[] {
  if (region.kind === 'circle') return [circleArc(region.lonRad, region.latRad, region.radiusRad)]
  if (region.kind === 'polygon') {
    const { vertices } = region
    return vertices.map((vertex, i) => greatArc(vertex, vertices[(i + 1) % vertices.length]))
  }
  const { lonMinRad, latMinRad, latMaxRad } = region
  // Eastward past 0 where the first longitude is the larger.
  const width =
    region.lonMaxRad >= lonMinRad ? region.lonMaxRad - lonMinRad : region.lonMaxRad - lonMinRad + 2 * Math.PI
  const parallel = (lat: number): Arc => straightArc(lonMinRad, lat, lonMinRad + width, lat)
  const meridian = (lon: number): Arc => straightArc(lon, latMinRad, lon, latMaxRad)
  const whole = width >= 2 * Math.PI
  return [
    parallel(latMinRad),
    parallel(latMaxRad),
    ...(whole ? [] : [meridian(lonMinRad), meridian(lonMinRad + width)]),
  ]
}

/** About a centre: axis + cos(radius), turned through t * 2 pi. */
function circleArc(lonRad: number, latRad: number, radiusRad: number): Arc {
  const axis = lonLatToVector(lonRad, latRad)
  const east = [-Math.sin(lonRad), Math.cos(lonRad), 0]
  const north = [-Math.sin(latRad) * Math.cos(lonRad), -Math.sin(latRad) * Math.sin(lonRad), Math.cos(latRad)]
  const [sin, cos] = [Math.sin(radiusRad), Math.cos(radiusRad)]
  const v = new Float64Array(3)
  return {
    steps: 32,
    at(t, out) {
      const [a, b] = [sin * Math.cos(2 * Math.PI * t), sin * Math.sin(2 * Math.PI * t)]
      for (let i = 0; i < 3; i++) v[i] = cos * axis[i] + a * east[i] + b * north[i]
      write(v, out)
    },
  }
}

function greatArc(from: LonLat, to: LonLat): Arc {
  const a = lonLatToVector(from.lonRad, from.latRad)
  const b = lonLatToVector(to.lonRad, to.latRad)
  const v = new Float64Array(3)
  return {
    steps: 4,
    at(t, out) {
      // The chord, pushed out to the sphere: the same great circle, only its pace differs.
      for (let i = 0; i < 3; i++) v[i] = (1 - t) * a[i] + t * b[i]
      write(v, out)
    },
  }
}

const straightArc = (lon0: number, lat0: number, lon1: number, lat1: number): Arc => ({
  steps: 16,
  at(t, out) {
    out[0] = lon0 + t * (lon1 - lon0)
    out[1] = lat0 + t * (lat1 - lat0)
  },
})

function write(v: Float64Array, out: Float64Array): void {
  const { lonRad, latRad } = vectorToLonLat(v)
  out[0] = lonRad
  out[1] = latRad
}
