// Geometry on the sphere. Radians everywhere; longitudes run east; vectors are right-handed.

export { ARCSEC, DEG, degToRad, type LonLat, lonLatDeg, normalizeLon, radToDeg, TWO_PI, wrapAngle } from './angle.ts'
export { SkyError, type SkyErrorCode } from './errors.ts'
export type { Frame } from './frame.ts'
export type { Circle, Polygon, Range, Region } from './region.ts'
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
