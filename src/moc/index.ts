// Space coverage maps (IVOA MOC 2.0): sets of HEALPix cells, their algebra, and their forms in FITS, text and JSON.

export { mocAscii, parseMocAscii } from './ascii.ts'
export { complement, difference, equal, intersection, union, unionOf } from './boolean.ts'
export { MocError, type MocErrorCode } from './errors.ts'
export { type MocFitsOptions, readMocFits, writeMocFits } from './fits.ts'
export { type MocJson, mocJson, parseMocJson } from './json.ts'
export {
  allSky,
  atOrder,
  type Cell,
  cellsOf,
  contains,
  containsPosition,
  countCells,
  degrade,
  emptyMoc,
  largestCells,
  type Moc,
  mocOf,
  mocOfCells,
  mocOfRanges,
  skyFraction,
  touches,
} from './moc.ts'
export { mocOfCone, mocOfPolygon } from './region.ts'
