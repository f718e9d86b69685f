// ObsCore 1.1: how products are named and how their fields are written. The full table of columns is to come.

export { ObscoreError, type ObscoreErrorCode } from './errors.ts'
export { cleanProductId, isName, type ProductName, parsePublisherDid, publisherDid } from './identifier.ts'
export { formatDegrees, sRegion } from './region-text.ts'
