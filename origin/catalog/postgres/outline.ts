// A footprint as pg_sphere's spoly. pg_sphere 1.2 refuses polygons whose edges cross and those smaller than its
// EPSILON (1e-9 rad): these become the polygon around their bounding circle, so that no product is lost to a search.

import { bounds, cross, dot, type LonLat, lonLatToVector, offset, type Vector } from '#src/sky'

/** Twice pg_sphere's EPSILON: vertices nearer than this are one. */
const SAME_RAD = 2e-9
const AROUND = 12

/** `{(lon,lat),…}` in radians, with every digit. */
export function outline(footprint: readonly LonLat[]): string {
  const apart = withoutRepeats(footprint)
  return written(apart.length >= 3 && isSimple(apart.map(vectorOf)) ? apart : around(footprint))
}

const vectorOf = ({ lonRad, latRad }: LonLat): Vector => lonLatToVector(lonRad, latRad)
const written = (vertices: readonly LonLat[]) =>
  `{${vertices.map(({ lonRad, latRad }) => `(${lonRad},${latRad})`).join(',')}}`

function withoutRepeats(footprint: readonly LonLat[]): LonLat[] {
  return footprint.filter((vertex, i) => {
    const a = vectorOf(vertex)
    const b = vectorOf(footprint[(i + footprint.length - 1) % footprint.length])
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) > SAME_RAD
  })
}

/** All turns to one side within half a turn, or no two edges that cross. */
function isSimple(vertices: readonly Vector[]): boolean {
  const n = vertices.length
  const at = (i: number) => vertices[i % n]
  const turns = vertices.map((vertex, i) => dot(cross(vertex, at(i + 1)), at(i + 2)))
  const crossing = (i: number, k: number) => {
    const [a, b, c, d] = [at(i), at(i + 1), at(k), at(k + 1)]
    const [ab, cd] = [cross(a, b), cross(c, d)]
    return dot(ab, c) * dot(ab, d) <= 0 && dot(cd, a) * dot(cd, b) <= 0 && dot(a, c) > 0
  }
  if (n === 3) return turns[0] !== 0
  if (n === 4 && (turns.every((turn) => turn > 0) || turns.every((turn) => turn < 0))) return true
  for (let i = 0; i < n; i++) for (let k = i + 2; k < n; k++) if ((k + 1) % n !== i && crossing(i, k)) return false
  return true
}

function around(footprint: readonly LonLat[]): LonLat[] {
  const { lonRad, latRad, radiusRad } = bounds({ kind: 'polygon', vertices: footprint })
  const reach = Math.max(1e-7, radiusRad) / Math.cos(Math.PI / AROUND)
  return Array.from({ length: AROUND }, (_, i) => offset(lonRad, latRad, -(i / AROUND) * 2 * Math.PI, reach))
}
