// VOSI 1.1: the documents by which a service says what it offers and whether it works.

export { AVAILABILITY_NAMESPACE, type Availability, availabilityXml } from './availability.ts'
export {
  BASIC_AA,
  type Capability,
  capabilitiesXml,
  capabilityElement,
  VOSI_AVAILABILITY,
  VOSI_CAPABILITIES,
  vosiCapabilities,
} from './capabilities.ts'
export { type TablesOptions, tableSchemas, tablesXml, tableXml } from './tables.ts'
export { TAP_SCHEMA, tableName, tapSchemaRows } from './tap-schema.ts'
