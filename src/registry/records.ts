// All records of a node. Identifiers are compared in any case of their letters (IVOA Identifiers 2.0 §2.3.1), so of two that
// differ in that alone only the first is told.

import { dataRecord, mapRecord, relatedData, relatedMap } from './data.ts'
import type { NodeFacts } from './facts.ts'
import { nodeRecords } from './node.ts'
import type { ResourceRecord } from './resource.ts'
import { serviceRecords } from './services.ts'

/** VOResource 1.1, IdentifierURI. */
const IDENTIFIER = /^ivo:\/\/\w[\w\-.!~*'()+=]{2,}(?:\/[\w\-.!~*'()+=]+)*$/

export function recordsOf(facts: NodeFacts): ResourceRecord[] {
  const { releases, collections, maps } = facts
  const data = [...releases, ...collections]
  const all = [
    ...nodeRecords(facts),
    ...serviceRecords(
      facts,
      releases.map((release) => relatedData(facts, release)),
      maps.map((map) => relatedMap(facts, map)),
    ),
    ...data.map((one) => dataRecord(facts, one)),
    ...maps.map((map) => mapRecord(facts, map)),
  ]
  const unique = new Map<string, ResourceRecord>()
  for (const record of all) {
    const id = record.id.toLowerCase()
    if (IDENTIFIER.test(record.id) && !unique.has(id)) unique.set(id, record)
  }
  return [...unique.values()]
}
