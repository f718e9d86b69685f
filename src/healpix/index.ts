// HEALPix, nested scheme, orders 0 to 24, indices as exact `number`s. Longitudes and latitudes in radians, right-handed,
// whatever the frame is. Gorski et al. 2005; Calabretta & Roukema 2007.

export { coneCells, coneRanges } from './cone.ts'
export type { CoverOptions } from './cover.ts'
export { HealpixError, type HealpixErrorCode } from './errors.ts'
export { neighbours } from './neighbours.ts'
export { centre, FACE_LON, FACE_ROW, hash, hashVector, joinCell, splitCell } from './nested.ts'
export { ancestor, cellAreaSr, cellCount, checkCell, checkOrder, firstDescendant, MAX_ORDER, nside } from './order.ts'
export { polygonCells, polygonRanges } from './polygon.ts'
export { nestedToRing, ringToNested } from './ring.ts'
export { type TileGrid, tileGrid } from './tile-grid.ts'
export { vertices } from './vertices.ts'
