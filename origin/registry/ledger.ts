// When each record was first told, last changed, or taken away: kept in the catalogue, so that every origin tells the same
// and nothing that a harvester has seen vanishes without a word. A record has changed when its text has, for whatever reason.

import { createHash } from 'node:crypto'
import type { OaiRecord, ResourceRecord } from '#src/registry'
import { resourceElement } from '#src/registry'
import { printElement } from '#src/xml'
import type { Catalog } from '../catalog/store.ts'

interface Entry {
  readonly createdMs: number
  readonly updatedMs: number
  /** Of the text; absent for a record that is gone. */
  readonly digest?: string
}

type Ledger = Readonly<Record<string, Entry>>

const SETTING = 'registry.ledger'
const UNDATED = { createdMs: 0, updatedMs: 0 }

export const digestOf = (record: ResourceRecord): string =>
  createHash('sha256')
    .update(printElement(resourceElement(record, UNDATED)))
    .digest('base64url')
    .slice(0, 22)

/** Dates by identifier, brought up to what the records are now. `readOnly`: as it would be. */
export async function datedRecords(
  catalog: Pick<Catalog, 'setting' | 'putSetting'>,
  records: readonly ResourceRecord[],
  nowMs: number,
  { readOnly = false } = {},
): Promise<ReadonlyMap<string, Omit<OaiRecord, 'record'>>> {
  const before = read(await catalog.setting(SETTING))
  const after: Record<string, Entry> = { ...before }
  for (const record of records) {
    const digest = digestOf(record)
    const known = Object.hasOwn(before, record.id) ? before[record.id] : undefined
    if (known?.digest !== digest) after[record.id] = { createdMs: known?.createdMs ?? nowMs, updatedMs: nowMs, digest }
  }
  const present = new Set(records.map(({ id }) => id))
  for (const [id, { createdMs, digest }] of Object.entries(before))
    if (digest !== undefined && !present.has(id)) after[id] = { createdMs, updatedMs: nowMs }
  if (!readOnly && JSON.stringify(after) !== JSON.stringify(before))
    await catalog.putSetting(SETTING, JSON.stringify(after))
  return new Map(Object.entries(after).map(([id, { createdMs, updatedMs }]) => [id, { id, createdMs, updatedMs }]))
}

/** What cannot be read is begun anew: harvesters then see everything once more. */
function read(text: string | undefined): Ledger {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Ledger) : {}
  } catch {
    return {}
  }
}
