// World coordinates of images: header keywords to pixel <-> sky, and back to keywords.

export { evaluate, type Polynomial, polynomial } from './distortion/polynomial.ts'
export { WcsError, type WcsErrorCode } from './errors.ts'
export { fitPolynomials, fitSipInverse, leastSquares, type SipInverse } from './fit.ts'
export { footprint } from './footprint.ts'
export { inIcrs } from './header-wcs.ts'
export { type ParseWcsOptions, parseWcs } from './parse.ts'
export { type ShiftedCard, type ShiftOptions, shiftCards } from './slice.ts'
export type { DistortionKind, KeywordLookup, Wcs } from './wcs.ts'
export { type SipTerms, type WcsCard, type WcsSpec, writeWcs } from './write.ts'
