// A registry's database as ingest reads it: SELECT only, rows streamed, whole numbers as bigint where they may be large.
// The two kinds differ in three things that are said here: how a UUID, a timespan and a placeholder are written.

import { IngestError } from '../errors.ts'
import type { RegistryPlace } from './config.ts'
import { openPostgresRegistry } from './registry-postgres.ts'
import { openSqliteRegistry } from './registry-sqlite.ts'

export type RegistryValue = string | number | bigint | boolean | Uint8Array | null
export type RegistryRow = Readonly<Record<string, RegistryValue>>

export interface RegistryReader {
  readonly kind: 'sqlite' | 'postgres'
  /** Columns of a table; undefined where there is none of that name. */
  columns(table: string): Promise<ReadonlySet<string> | undefined>
  rows(sql: string): AsyncIterable<RegistryRow>
  close(): Promise<void>
}

export function openRegistry(place: RegistryPlace): Promise<RegistryReader> {
  return place.kind === 'sqlite' ? openSqliteRegistry(place.path) : openPostgresRegistry(place.url, place.schema)
}

/** Names come from the registry itself, so they are quoted, and nothing but plain names is let through. */
export function identifier(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) throw broken(`a name in it is ${JSON.stringify(name.slice(0, 80))}`)
  return `"${name}"`
}

/** A text in SQL: the few that are needed (names of collections and dataset types) may hold anything. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

export function broken(why: string, cause?: unknown): IngestError {
  return new IngestError('bad-repository', `the registry cannot be read: ${why}`, { cause })
}

/** `0123…` of 32 digits or with hyphens -> with hyphens; undefined where it is no UUID. */
export function uuidOf(value: RegistryValue): string | undefined {
  const digits = typeof value === 'string' ? value.replaceAll('-', '').toLowerCase() : ''
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const textOf = (value: RegistryValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A whole number that JavaScript holds exactly, or a finite double. */
export function numberOf(value: RegistryValue | undefined): number | undefined {
  if (value === null || value === undefined || value === '' || typeof value === 'object') return undefined
  const number = Number(value)
  return Number.isFinite(number) && (typeof value !== 'bigint' || Number.isSafeInteger(number)) ? number : undefined
}

export function bigintOf(value: RegistryValue | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined
}
