// Connections that run strangers' queries may read the tables of the survey and nothing else: neither files' places,
// nor jobs, nor settings.

import type pg from 'pg'
import { SURVEY_TABLES } from '../tables/definitions.ts'

const ROLE = 'skyedge_reader'
const READABLE = ['products', 'planes', 'partitions', ...SURVEY_TABLES.map(({ name }) => name)]

/**
 * Made where the user may make roles; else queries run with the user's own rights, and still read only. Roles belong to
 * the whole server: migrations of other databases may make this one at the same moment.
 */
export const READER_ROLE = `DO $$ BEGIN
  BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${ROLE}') THEN CREATE ROLE ${ROLE} NOLOGIN; END IF;
    IF NOT pg_has_role('${ROLE}', 'MEMBER') THEN GRANT ${ROLE} TO CURRENT_USER; END IF;
  EXCEPTION WHEN OTHERS THEN NULL;
  END;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${ROLE}') THEN
    GRANT SELECT ON ${READABLE.join(', ')} TO ${ROLE};
    GRANT SELECT (file_id, key, size_bytes, mtime_ms, digest) ON files TO ${ROLE};
    IF to_regnamespace('skyedge') IS NOT NULL THEN GRANT USAGE ON SCHEMA skyedge TO ${ROLE}; END IF;
  END IF;
END $$`

/** Of a new connection, before the first query: it becomes the reader where there is one with its rights. */
export async function becomeReader(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query(`SELECT 1 FROM pg_roles WHERE rolname = '${ROLE}'
    AND pg_has_role(oid, 'MEMBER') AND has_table_privilege(oid, to_regclass('products'), 'SELECT')`)
  if (rows.length > 0) await client.query(`SET ROLE ${ROLE}`)
}
