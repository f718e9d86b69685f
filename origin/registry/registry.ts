// The node's records with their dates, made anew when something they tell of has changed.

import { type NodeFacts, nodeId, type OaiRecord, type ResourceRecord, recordsOf } from '#src/registry'
import { ANONYMOUS, decide } from '#src/rights'
import type { CoverageStore } from '../moc/coverage.ts'
import { type Holdings, type NodeWorld, nodeFacts } from './facts.ts'
import { datedRecords } from './ledger.ts'

/** Stands for the node's address where the operator named none: a record is the same whatever it was asked as. */
const NOWHERE = 'http://node.invalid'
/** Addresses that records are kept for at a time. */
const BASES = 8

export interface RegistryState {
  readonly facts: NodeFacts
  readonly records: readonly ResourceRecord[]
  /** With those that are gone. */
  readonly dated: readonly OaiRecord[]
  readonly registryId: string
}

export class NodeRegistry {
  readonly #world: NodeWorld & { readonly coverage: CoverageStore }
  readonly #states = new Map<string, RegistryState>()
  #print = ''

  constructor(world: NodeWorld & { readonly coverage: CoverageStore }) {
    this.#world = world
  }

  /** `asked` is the address that the request named. `readOnly`: what would be told, dates kept nowhere. */
  async state(asked: string, nowMs: number, { readOnly = false } = {}): Promise<RegistryState> {
    const { catalog, coverage, config } = this.#world
    const [maps, parts, releases] = await Promise.all([catalog.maps(), coverage.parts(), catalog.releases()])
    const holdings: Holdings = { maps, parts, releases, nowMs }
    const print = fingerprint(holdings)
    if (print !== this.#print) this.#states.clear()
    const base = config.publicUrl ?? asked
    const known = this.#states.get(base)
    if (known) return known
    const neutral = recordsOf(await nodeFacts(this.#world, holdings, config.publicUrl ?? NOWHERE))
    const dates = await datedRecords(catalog, neutral, nowMs, { readOnly })
    const facts = await nodeFacts(this.#world, holdings, base)
    const records = recordsOf(facts)
    const byId = new Map(records.map((record) => [record.id, record]))
    const dated = [...dates.values()].map((date) => ({ ...date, record: byId.get(date.id) }))
    const state: RegistryState = { facts, records, dated, registryId: nodeId(facts, 'registry') }
    if (this.#states.size >= BASES) this.#states.clear()
    this.#print = print
    this.#states.set(base, state)
    return state
  }
}

/** Of all that records depend on beside the settings. Time opens things: what is open now is part of it. */
function fingerprint({ maps, parts, releases, nowMs }: Holdings): string {
  const open = (rights: Holdings['parts'][number]['rights']) => decide(ANONYMOUS, rights, nowMs).outcome
  return JSON.stringify([
    maps.map(({ map, generation, rights }) => [map, generation, open(rights)]),
    parts.map(({ collection, release, band, changedMs, rights }) => [
      collection,
      release,
      band,
      changedMs,
      open(rights),
      nowMs < (rights.embargoUntilMs ?? 0),
    ]),
    releases,
  ])
}
