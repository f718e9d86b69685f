// Geometry on the sphere. Radians everywhere; longitudes run east; vectors are right-handed.

export { ARCSEC, DEG, degToRad, type LonLat, lonLatDeg, normalizeLon, radToDeg, TWO_PI, wrapAngle } from './angle.ts'
export { areaSr, type Box, bounds, capBox, regionAreaSr } from './bounds.ts'
export { SkyError, type SkyErrorCode } from './errors.ts'
export { fk4, type VectorMap } from './fk4.ts'
export {
  EDGE_RAD,
  edgeDistanceRad,
  type Footprint,
  footprint,
  footprintAreaSr,
  footprintCentroid,
  footprintHolds,
  footprintsMeet,
  holdsCircle,
  holdsVector,
  isSimple,
  liesInCircle,
  meetsCircle,
} from './footprint.ts'
export { type EquinoxOptions, type Frame, ROTATED_FRAMES, rotation } from './frame.ts'
export { distanceToArcRad, regionsIntersect } from './intersect.ts'
export { axisRotation, type Matrix, multiply, rotate, transpose } from './matrix.ts'
export { type Circle, checkRegion, contains, type Polygon, polygonTurn, type Range, type Region } from './region.ts'
export {
  cross,
  dot,
  lonLatToVector,
  normalize,
  offset,
  positionAngleRad,
  separationRad,
  triple,
  type Vector,
  vectorSeparationRad,
  vectorToLonLat,
} from './vector.ts'
