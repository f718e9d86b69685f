// CAOM 2.4: observations as values, as XML, as tables, and as rows of ObsCore.

export { CAOM2_SCHEMA } from './tables.ts'
