// The node in the Registry of the Virtual Observatory: records of itself, its services and its data (VOResource 1.1,
// VODataService 1.2), and the documents of an OAI-PMH repository of them (Registry Interfaces 1.1).

export { checkNode, checkRecords, type Lack } from './check.ts'
export { type CoverageFacts, joinedBounds, wavebands } from './coverage.ts'
export { HIPS_STANDARD, mapId, releaseId } from './data.ts'
export type { DataFacts, MapFacts, NodeFacts } from './facts.ts'
export { nodeId } from './node.ts'
export { type OaiRecord, type OaiRepository, oaiAnswer } from './oai/answer.ts'
export { hear } from './oai/arguments.ts'
export { recordsOf } from './records.ts'
export { type ResourceRecord, resourceElement } from './resource.ts'
export { HIPSLIST_STANDARD } from './services.ts'
