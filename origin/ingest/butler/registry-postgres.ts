// A registry in PostgreSQL: one connection, one read-only snapshot for the whole ingest, rows by cursor.

import pg from 'pg'
import { broken, type RegistryReader, type RegistryRow } from './registry.ts'

const FETCH = 1000

export async function openPostgresRegistry(url: string, schema?: string): Promise<RegistryReader> {
  let client: pg.Client
  try {
    client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 15_000,
      application_name: 'skyedge ingest',
    })
    // A connection that breaks is told by the next query.
    client.on('error', () => {})
    await client.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    if (schema !== undefined) await client.query(`SET LOCAL search_path TO "${schema}"`)
  } catch (error) {
    throw broken(why(error), error)
  }
  let cursors = 0
  const query = async (sql: string, values?: unknown[]) => {
    try {
      return (await client.query({ text: sql, values, types: TYPES })).rows as RegistryRow[]
    } catch (error) {
      throw broken(why(error), error)
    }
  }
  return {
    kind: 'postgres',
    async columns(table) {
      const rows = await query(
        `SELECT column_name AS name FROM information_schema.columns
         WHERE table_name = $1 AND table_schema = current_schema()`,
        [table],
      )
      return rows.length === 0 ? undefined : new Set(rows.map(({ name }) => name as string))
    },
    async *rows(sql) {
      const name = `skyedge_${++cursors}`
      await query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`)
      try {
        for (;;) {
          const rows = await query(`FETCH ${FETCH} FROM ${name}`)
          yield* rows
          if (rows.length < FETCH) break
        }
      } finally {
        // After an error the transaction is over, and the cursor with it.
        await client.query(`CLOSE ${name}`).catch(() => {})
      }
    },
    close: () => client.end(),
  }
}

/** 64-bit numbers as bigint: nanoseconds since 1970 do not fit a double. */
const INT8 = 20
const TYPES = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? (text: string) => BigInt(text) : pg.types.getTypeParser(oid, format as 'text'),
} as pg.CustomTypesConfig

/** Never the address with its password: the server's own words, or what kept us from it. */
function why(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return `its server does not answer (${code})`
  return message.replace(/postgres(ql)?:\/\/\S+/g, 'postgres://…')
}
