// What a dataset was made from, as the pipelines write it into the headers of their files (daf_butler,
// DatasetProvenance): `LSST BUTLER INPUT {n} ID`, `… RUN`, `… DATASETTYPE`, and `LSST BUTLER N_INPUTS`. Older headers
// have none; the registry itself keeps no lineage.

import type { FitsHeader } from '#src/fits'
import type { CoaddInputRecord } from '../../catalog/survey.ts'
import { identifier, numberOf, type RegistryReader, textOf, uuidOf } from './registry.ts'
import type { DatasetType } from './schema.ts'

export interface InputDataset {
  readonly id: string
  readonly type?: string
}

const MAX_INPUTS = 20_000
const BATCH = 500

export function inputsOf(headers: readonly FitsHeader[]): InputDataset[] {
  const inputs: InputDataset[] = []
  for (const header of headers) {
    for (let n = 0; n < MAX_INPUTS; n++) {
      const id = uuidOf(header.string(`LSST BUTLER INPUT ${n} ID`) ?? null)
      if (id === undefined) break
      inputs.push({ id, type: header.string(`LSST BUTLER INPUT ${n} DATASETTYPE`) })
    }
    if (inputs.length > 0) break
  }
  return inputs
}

export interface InputVisit {
  readonly instrument: string
  readonly visit: number
  readonly detector?: number
}

/** Of the inputs of one dataset that are of a visit: which. Inputs that the registry has lost are not among them. */
export async function visitsOf(
  inputs: readonly InputDataset[],
  types: ReadonlyMap<string, DatasetType>,
  registry: RegistryReader,
): Promise<Map<string, InputVisit>> {
  const found = new Map<string, InputVisit>()
  const byType = Map.groupBy(inputs, ({ type }) => type ?? '')
  for (const [name, members] of byType) {
    const type = types.get(name)
    if (!type?.dimensions.includes('visit') || !type.dimensions.includes('instrument')) continue
    const detector = type.dimensions.includes('detector') ? 'detector' : 'NULL'
    for (let at = 0; at < members.length; at += BATCH) {
      const ids = members.slice(at, at + BATCH).map(({ id }) => uuidLiteral(id, registry))
      const sql = `SELECT DISTINCT dataset_id, instrument, visit, ${detector} AS detector FROM ${identifier(type.tags)}
        WHERE dataset_id IN (${ids.join(', ')})`
      for await (const row of registry.rows(sql)) {
        const [id, instrument, visit] = [uuidOf(row.dataset_id), textOf(row.instrument), numberOf(row.visit)]
        if (id !== undefined && instrument !== undefined && visit !== undefined)
          found.set(id, { instrument, visit, detector: numberOf(row.detector) })
      }
    }
  }
  return found
}

export function coaddInputs(
  release: string,
  coaddDid: string,
  visits: ReadonlyMap<string, InputVisit>,
): CoaddInputRecord[] {
  const records = new Map<string, CoaddInputRecord>()
  for (const { instrument, visit, detector } of visits.values())
    records.set(`${instrument} ${visit} ${detector}`, {
      release,
      coaddDid,
      instrument,
      visit,
      ...(detector === undefined ? {} : { detector }),
    })
  return [...records.values()]
}

/** SQLite keeps the 32 digits, PostgreSQL a uuid. */
function uuidLiteral(id: string, { kind }: RegistryReader): string {
  return kind === 'sqlite' ? `'${id.replaceAll('-', '')}'` : `'${id}'`
}
