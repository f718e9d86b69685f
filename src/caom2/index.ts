// CAOM 2.4: observations as values, as XML, as tables, and as rows of ObsCore.

export { type ObscoreValue, obscoreRow } from './obscore.ts'
export { CAOM2_SCHEMA } from './tables.ts'
export type {
  Artifact,
  Energy,
  Environment,
  Observation,
  Part,
  Plane,
  Position,
  ProductType,
  Provenance,
  Time,
} from './types.ts'
export { observationUri, planeUri } from './types.ts'
export { uuidOf } from './uuid.ts'
export { CAOM2_MEDIA_TYPE, CAOM2_NAMESPACE, observationXml } from './xml.ts'
