// What a change of the survey's records does to the tables, as statements with `?` in order: the same for both
// databases. All of them belong in one transaction.

import type { ProductRights } from '#src/rights'
import type { SurveyChange } from '../survey.ts'
import { CALIBRATIONS, COADD_INPUTS, CONDITIONS, DETECTORS, RELEASES, VISITS } from './definitions.ts'
import type { PhysicalTable } from './physical.ts'

export type SqlCell = string | number | null
export interface Statement {
  readonly sql: string
  readonly values: readonly SqlCell[]
}

/** `air_temperature_c` -> `airTemperatureC`: columns and fields have the same names but for their spelling. */
const fieldOf = (column: string) => column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

/** INSERT that overwrites the row with the same key. */
function upsertSql({ name, columns, key }: PhysicalTable): string {
  const names = columns.map((column) => column.name)
  const others = names.filter((column) => !key.includes(column))
  const set = others.map((column) => `${column} = excluded.${column}`).join(', ')
  return `INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${set}`
}

function upserts(table: PhysicalTable, records: readonly object[], more: Readonly<Record<string, SqlCell>>[] = []) {
  const sql = upsertSql(table)
  return records.map(
    (record, i): Statement => ({
      sql,
      values: table.columns.map(({ name }) => {
        const value = more[i]?.[name] ?? (record as Record<string, unknown>)[fieldOf(name)]
        return (value ?? null) as SqlCell
      }),
    }),
  )
}

/** One text for equal rights, whatever the order of their fields; times as numbers, lists in their own order. */
export function rightsRecord(rights: ProductRights): string {
  const entries = Object.entries(rights).filter(([, value]) => value !== undefined)
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** Gives `rights_id`, of a new row or of the one that says the same. Its names follow by `rightsNames`. */
export function putRights(rights: ProductRights): Statement {
  const { access, release, publicFromMs, embargoUntilMs, owner } = rights
  return {
    sql: `INSERT INTO rights (record, access, release, public_from_ms, embargo_until_ms, owner)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (record) DO UPDATE SET record = excluded.record RETURNING rights_id`,
    values: [rightsRecord(rights), access, release, publicFromMs ?? null, embargoUntilMs ?? null, owner ?? null],
  }
}

export function rightsNames(rightsId: number, { users = [], groups = [] }: ProductRights): Statement[] {
  const sql = 'INSERT INTO rights_names (rights_id, kind, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING'
  const of = (kind: string, names: readonly string[]) => names.map((name) => ({ sql, values: [rightsId, kind, name] }))
  return [...of('user', users), ...of('group', groups)]
}

/** `rightsIds`: of the calibrations, in their order. */
export function surveyStatements(change: SurveyChange, rightsIds: readonly number[]): Statement[] {
  const { releases = [], visits = [], detectors = [], conditions = [], coaddInputs = [], calibrations = [] } = change
  const coadds = [...new Set(coaddInputs.map(({ coaddDid }) => coaddDid))]
  return [
    ...upserts(RELEASES, releases),
    ...upserts(VISITS, visits),
    ...upserts(DETECTORS, detectors),
    ...upserts(CONDITIONS, conditions),
    ...coadds.map((did) => ({ sql: 'DELETE FROM coadd_inputs WHERE coadd_did = ?', values: [did] })),
    ...upserts(
      COADD_INPUTS,
      coaddInputs,
      coaddInputs.map(({ detector = -1 }) => ({ detector })),
    ),
    ...upserts(
      CALIBRATIONS,
      calibrations,
      rightsIds.map((rights_id) => ({ rights_id })),
    ),
  ]
}

const select = (table: PhysicalTable) => `SELECT ${table.columns.map(({ name }) => name).join(', ')} FROM ${table.name}`
const OF_VISIT = 'WHERE release = ? AND instrument = ? AND visit = ?'
export const SELECT_RELEASES = `${select(RELEASES)} ORDER BY release`
export const SELECT_VISIT = `${select(VISITS)} ${OF_VISIT}`
export const SELECT_CONDITIONS = `${select(CONDITIONS)} ${OF_VISIT}`
export const SELECT_INPUTS = `${select(COADD_INPUTS)} WHERE coadd_did = ? ORDER BY instrument, visit, detector`

/** A row as the record it came from; the detector -1 stands for none. */
export function recordOf<T>(row: Readonly<Record<string, unknown>>): T {
  const known = Object.entries(row).filter(([, value]) => value !== null && value !== -1)
  return Object.fromEntries(known.map(([column, value]) => [fieldOf(column), value])) as T
}
