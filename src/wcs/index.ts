// World coordinates of images: header keywords to pixel <-> sky, and back to keywords.

export { WcsError, type WcsErrorCode } from './errors.ts'
export type { DistortionKind, KeywordLookup, Wcs } from './wcs.ts'
