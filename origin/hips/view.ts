// How a map looks first: the middle of its coverage and a field that holds it.

import { centre } from '#src/healpix'
import { cellsOf, countCells, degrade, type Moc } from '#src/moc'
import { type LonLat, lonLatToVector, offset, separationRad } from '#src/sky'
import { tilePixelArcsec } from './plan.ts'
import { TILE_WIDTH } from './recipe.ts'

export interface View extends LonLat {
  readonly fovRad: number
}

/** Cells looked at: enough for the middle of a map. */
const MAX_CELLS = 20_000
const WHOLE_SKY = { lonRad: 0, latRad: 0, fovRad: Math.PI }

/** `deepest`: shares of the deepest tiles that hold pixels, so that a nearly empty tile at the rim does not pull. */
export function viewOf(moc: Moc, deepest: ReadonlyMap<number, number> = new Map()): View {
  const coarse = countCells(moc) > MAX_CELLS ? degrade(moc, 6) : moc
  const sum = [0, 0, 0]
  const cells: { position: LonLat; share: number }[] = []
  const place = new Float64Array(2)
  for (const npix of cellsOf(coarse)) {
    centre(coarse.order, npix, place)
    const position = { lonRad: place[0], latRad: place[1] }
    const share = (coarse === moc ? deepest.get(npix) : undefined) ?? 1
    cells.push({ position, share })
    const vector = lonLatToVector(position.lonRad, position.latRad)
    for (let k = 0; k < 3; k++) sum[k] += vector[k] * share
  }
  const length = Math.hypot(...sum)
  // Cells on every side of the sphere have no middle.
  if (length < 0.2 * cells.length && coarse !== moc) return WHOLE_SKY
  const middle = { lonRad: Math.atan2(sum[1], sum[0]), latRad: Math.asin(sum[2] / length) }
  if (middle.lonRad < 0) middle.lonRad += 2 * Math.PI
  const tileRad = ((tilePixelArcsec(coarse.order) * TILE_WIDTH) / 3600) * (Math.PI / 180)
  let reach = 0
  for (const { position, share } of cells)
    reach = Math.max(reach, separationRad(middle, position) + tileRad * (Math.sqrt(share) - 0.5))
  return { ...middle, fovRad: Math.min(Math.PI, Math.max(2 * reach, tileRad / 2)) }
}

/** The point that lies east and north of a view's middle by so much on the tangent plane. */
export function tangent({ lonRad, latRad }: LonLat, eastRad: number, northRad: number): LonLat {
  return offset(lonRad, latRad, Math.atan2(eastRad, northRad), Math.atan(Math.hypot(eastRad, northRad)))
}
