// World coordinates of images: header keywords to pixel <-> sky, and back to keywords.

export { WcsError, type WcsErrorCode } from './errors.ts'
export { inIcrs } from './header-wcs.ts'
export { type ParseWcsOptions, parseWcs } from './parse.ts'
export type { DistortionKind, KeywordLookup, Wcs } from './wcs.ts'
