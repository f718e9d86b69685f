// A RANGE of longitudes and latitudes in the shapes that ADQL knows. A cap and the whole sky are circles; a band around the sky is
// what lies wholly in neither of the caps beside it; all else are polygons, whose meridians are exact and whose
// parallels are chords that lie outside of the range, by 0.02 arcseconds where it is less than 7 degrees wide and by 1.5 at most:
// nothing is missed.

import type { Circle, Point, Polygon, Range } from '#src/dali'

export interface RangeRegions {
  /** The union of these. */
  readonly pieces: readonly (Circle | Polygon)[]
  /** Instead: all that lies wholly in none of these. */
  readonly outside?: readonly Circle[]
}

const RAD = Math.PI / 180
/** Of a chord from its parallel, radians. */
const SAGITTA = 1e-7
/** Widest piece; with its latitudes it stays well within a hemisphere. */
const PIECE_DEG = 60
const MOST_CHORDS = 100

const cap = (latDeg: 90 | -90, radiusDeg: number): Circle => ({ kind: 'circle', lonDeg: 0, latDeg, radiusDeg })

export function rangeRegions({ lonMinDeg, lonMaxDeg, latMinDeg, latMaxDeg }: Range): RangeRegions {
  if (lonMinDeg === 0 && lonMaxDeg === 360) {
    if (latMaxDeg === 90) return { pieces: [cap(90, 90 - latMinDeg)] }
    if (latMinDeg === -90) return { pieces: [cap(-90, latMaxDeg + 90)] }
    return { pieces: [], outside: [cap(90, 90 - latMaxDeg), cap(-90, latMinDeg + 90)] }
  }
  const width = lonMaxDeg < lonMinDeg ? lonMaxDeg + 360 - lonMinDeg : lonMaxDeg - lonMinDeg
  const count = Math.max(1, Math.ceil(width / PIECE_DEG))
  const latitudes = [latMinDeg, ...[-30, 30].filter((lat) => lat > latMinDeg && lat < latMaxDeg), latMaxDeg]
  const pieces: Polygon[] = []
  for (let i = 0; i < count; i++)
    for (let j = 0; j + 1 < latitudes.length; j++)
      pieces.push(
        piece(lonMinDeg + (width * i) / count, lonMinDeg + (width * (i + 1)) / count, latitudes[j], latitudes[j + 1]),
      )
  return { pieces }
}

/** A range without width or height is a line, which no polygon is: it gets a width of 4 mas. */
const THIN_DEG = 1e-6

function piece(west: number, east: number, south: number, north: number): Polygon {
  if (east - west < THIN_DEG) [west, east] = [west - THIN_DEG / 2, east + THIN_DEG / 2]
  if (north - south < THIN_DEG)
    [south, north] = [Math.max(-90, south - THIN_DEG / 2), Math.min(90, north + THIN_DEG / 2)]
  const vertices = distinct([...parallel(west, east, south, -1), ...parallel(east, west, north, 1)])
  return { kind: 'polygon', vertices }
}

/** Vertices from one longitude to another, such that the chords between them reach the parallel or pass it by towards `side`. */
function parallel(from: number, to: number, latDeg: number, side: 1 | -1): Point[] {
  if (Math.abs(latDeg) === 90) return [{ lonDeg: 0, latDeg }]
  const width = Math.abs(to - from) * RAD
  // Sagitta of a chord of dlon: dlon² sin(2 lat) / 16.
  const bend = Math.abs(Math.sin(2 * latDeg * RAD)) / 16
  const step = bend === 0 ? width : Math.sqrt(SAGITTA / bend)
  const chords = Math.min(MOST_CHORDS, Math.max(1, Math.ceil(width / step)))
  const sagitta = bend * (width / chords) ** 2
  // Chords bulge towards the nearer pole: away from the equator they already lie outside.
  const lift = latDeg * side < 0 ? (sagitta / RAD) * side : 0
  const shifted = Math.max(-90, Math.min(90, latDeg + lift))
  return Array.from({ length: chords + 1 }, (_, i) => ({
    lonDeg: rounded((((from + ((to - from) * i) / chords) % 360) + 360) % 360),
    latDeg: rounded(shifted),
  }))
}

/** To 4 micro-arcseconds: the query stays shorter. */
const rounded = (deg: number) => Number(deg.toFixed(9))

const distinct = (points: readonly Point[]) =>
  points.filter((point, i) => {
    const next = points[(i + 1) % points.length]
    return point.lonDeg !== next.lonDeg || point.latDeg !== next.latDeg
  })
