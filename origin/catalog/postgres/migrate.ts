// Brings the database to the newest schema, forward only, all steps in one transaction. Several origins may start at
// once: an advisory lock lets one work while the others wait and then find everything done.

import { createHash } from 'node:crypto'
import type pg from 'pg'
import { CatalogError } from '../store.ts'
import { inTransaction } from './pool.ts'
import { READER_ROLE } from './reader.ts'
import { STEPS } from './schema.ts'

/** Any number, the same for all versions of Skyedge. */
const LOCK = 7_365_991_101

/** `functions`: statements that may be run again and again (CREATE OR REPLACE …); they are when their text changes. */
export async function migrate(pool: pg.Pool, functions: string): Promise<void> {
  await inTransaction(pool, 'BEGIN; SET LOCAL statement_timeout = 0', async (client) => {
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK])
    await steps(client, functions)
  })
}

async function steps(client: pg.PoolClient, functions: string): Promise<void> {
  const digest = createHash('sha256').update(functions).digest('hex')
  const { rows } = await client.query(`SELECT to_regclass('skyedge_schema') IS NOT NULL AS made`)
  if (!rows[0].made) {
    await needSphere(client)
    await client.query('CREATE TABLE skyedge_schema (version int NOT NULL, functions text NOT NULL)')
    await client.query(`INSERT INTO skyedge_schema VALUES (0, '')`)
  }
  const [found] = (await client.query('SELECT version, functions FROM skyedge_schema')).rows
  if (found.version > STEPS.length)
    throw new CatalogError(
      'newer-schema',
      `the catalogue has schema ${found.version}, this version of Skyedge knows ${STEPS.length}: upgrade Skyedge`,
    )
  if (found.version === STEPS.length && found.functions === digest) return
  for (const step of STEPS.slice(found.version)) await client.query(step)
  if (found.functions !== digest) await client.query(functions)
  await client.query('UPDATE skyedge_schema SET version = $1, functions = $2', [STEPS.length, digest])
  await client.query(READER_ROLE)
}

async function needSphere(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query(`SELECT
    (SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_sphere') AS known,
    (SELECT count(*) FROM pg_extension WHERE extname = 'pg_sphere') AS made`)
  if (rows[0].made > 0) return
  if (rows[0].known === 0)
    throw new CatalogError('unavailable', 'the database server has not the extension pg_sphere: install it there')
  // Not a trusted extension: only a superuser may make it.
  await client.query('SAVEPOINT before_sphere')
  try {
    await client.query('CREATE EXTENSION pg_sphere')
  } catch (error) {
    await client.query('ROLLBACK TO before_sphere')
    const message = 'the database lacks pg_sphere: let its superuser run CREATE EXTENSION pg_sphere in it once'
    throw new CatalogError('not-writable', message, { cause: error })
  }
}
