// Connections that run strangers' queries may read the tables of the survey and nothing else: neither files' places,
// nor jobs, nor settings.

import type pg from 'pg'
import { SURVEY_TABLES } from '../tables/definitions.ts'

const ROLE = 'skyedge_reader'
const READABLE = ['products', 'planes', 'partitions', ...SURVEY_TABLES.map(({ name }) => name)]

/** Made where the user may make roles; else queries run with the user's own rights, and still read only. */
export const READER_ROLE = `DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${ROLE}') THEN CREATE ROLE ${ROLE} NOLOGIN; END IF;
  GRANT ${ROLE} TO CURRENT_USER;
  GRANT SELECT ON ${READABLE.join(', ')} TO ${ROLE};
  GRANT SELECT (file_id, key, size_bytes, mtime_ms, digest) ON files TO ${ROLE};
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
END $$`

/** Of a new connection, before the first query: read only, as the reader where there is one, each statement bounded. */
export async function readOnly(client: pg.ClientBase, statementTimeoutMs: number): Promise<void> {
  await client.query(`SELECT set_config('statement_timeout', $1, false)`, [String(Math.ceil(statementTimeoutMs))])
  const { rows } = await client.query(`SELECT 1 FROM pg_roles
    WHERE rolname = '${ROLE}' AND pg_has_role(oid, 'MEMBER') AND has_table_privilege(oid, 'products', 'SELECT')`)
  if (rows.length > 0) await client.query(`SET ROLE ${ROLE}`)
  await client.query('SET default_transaction_read_only = on')
}
