// ObsCore 1.1: how products are named, how their fields are written, and the table they make.

export {
  DATALINK_FORMAT,
  IVOA_SCHEMA,
  OBSCORE_COLUMNS,
  OBSCORE_DATA_MODEL,
  OBSCORE_MANDATORY,
  OBSCORE_TABLE,
} from './columns.ts'
export { ObscoreError, type ObscoreErrorCode } from './errors.ts'
export {
  cleanProductId,
  isName,
  type ProductName,
  parsePublisherDid,
  publisherDid,
  readPublisherDid,
} from './identifier.ts'
export { formatDegrees, sRegion } from './region-text.ts'
