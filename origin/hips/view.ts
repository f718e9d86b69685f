// How a map looks first: the middle of its coverage and a field that holds it.

import { centre, neighbours } from '#src/healpix'
import { pixelScaleDeg } from '#src/hips'
import { cellsOf, countCells, degrade, type Moc, mocOf, skyFraction } from '#src/moc'
import { degToRad, type LonLat, lonLatToVector, offset, separationRad } from '#src/sky'
import { TILE_WIDTH } from './recipe.ts'

export interface View extends LonLat {
  readonly fovRad: number
}

/** Cells looked at: enough for the middle of a map. */
const MAX_CELLS = 20_000
const WHOLE_SKY = { lonRad: 0, latRad: 0, fovRad: Math.PI }

export interface ViewHints {
  /** Shares of the deepest tiles that hold pixels, so that a nearly empty tile at the rim does not pull. */
  readonly filled?: ReadonlyMap<number, number>
  /** Outlines of the images: they end closer than the tiles do. */
  readonly outlines?: readonly (readonly LonLat[])[]
}

/** A field so many times wider than what it holds shows a black sky: a closer look at one part is taken instead. */
const SPARSE = 12
/** Order of the parts looked for: cells of 7 degrees. */
const PART_ORDER = 3

export function viewOf(moc: Moc, hints: ViewHints = {}): View {
  const view = wholeView(moc, hints)
  const holdsRad = Math.sqrt(4 * Math.PI * skyFraction(moc))
  if (moc.order < PART_ORDER || view.fovRad < SPARSE * holdsRad) return view
  const part = fullestPart(countCells(moc) > MAX_CELLS ? degrade(moc, 6) : moc)
  const near = wholeView(part, { filled: hints.filled })
  const outlines = (hints.outlines ?? []).filter((outline) =>
    outline.every((p) => separationRad(near.lonRad, near.latRad, p.lonRad, p.latRad) <= near.fovRad),
  )
  return wholeView(part, { ...hints, outlines })
}

/** The cells of a map around the place where most of them are. */
function fullestPart(moc: Moc): Moc {
  const spread = 4 ** (moc.order - PART_ORDER)
  const counts = new Map<number, number>()
  for (const npix of cellsOf(moc)) {
    const parent = Math.floor(npix / spread)
    counts.set(parent, (counts.get(parent) ?? 0) + 1)
  }
  const [fullest] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
  // A field may lie across the border of two cells: the neighbours count as one part with it.
  const part = new Set([fullest, ...neighbours(PART_ORDER, fullest)])
  return mocOf(
    moc.order,
    [...cellsOf(moc)].filter((npix) => part.has(Math.floor(npix / spread))),
  )
}

function wholeView(moc: Moc, { filled = new Map(), outlines = [] }: ViewHints): View {
  const coarse = countCells(moc) > MAX_CELLS ? degrade(moc, 6) : moc
  const sum = [0, 0, 0]
  const cells: { position: LonLat; share: number }[] = []
  const place = new Float64Array(2)
  for (const npix of cellsOf(coarse)) {
    centre(coarse.order, npix, place)
    const position = { lonRad: place[0], latRad: place[1] }
    const share = (coarse === moc ? filled.get(npix) : undefined) ?? 1
    cells.push({ position, share })
    const vector = lonLatToVector(position.lonRad, position.latRad)
    for (let k = 0; k < 3; k++) sum[k] += vector[k] * share
  }
  const length = Math.hypot(...sum)
  // Cells on every side of the sphere have no middle.
  if (length < 0.2 * cells.length && coarse !== moc) return WHOLE_SKY
  const middle = { lonRad: Math.atan2(sum[1], sum[0]), latRad: Math.asin(sum[2] / length) }
  if (middle.lonRad < 0) middle.lonRad += 2 * Math.PI
  const tileRad = degToRad(pixelScaleDeg(coarse.order, TILE_WIDTH) * TILE_WIDTH)
  const from = ({ lonRad, latRad }: LonLat) => separationRad(middle.lonRad, middle.latRad, lonRad, latRad)
  const ends = outlines.length > 0 ? outlines.flat() : cells.map(({ position }) => position)
  const margin = outlines.length > 0 ? 0 : tileRad / 2
  const reach = ends.reduce((furthest, position) => Math.max(furthest, from(position)), 0) + margin
  return { ...middle, fovRad: Math.min(Math.PI, Math.max(2 * reach, tileRad / 2)) }
}

/** The point that lies east and north of a view's middle by so much on the tangent plane. */
export function tangent({ lonRad, latRad }: LonLat, eastRad: number, northRad: number): LonLat {
  return offset(lonRad, latRad, Math.atan2(eastRad, northRad), Math.atan(Math.hypot(eastRad, northRad)))
}
