// The schema `skyedge` of PostgreSQL: what queries need beside pg_sphere so that both stores give equal rows. Run by the
// migration, as often as it likes. What sqlite-functions.ts and sqlite-geometry.ts say is said here again: change both together.

import { REAL } from './postgres-functions/define.ts'
import { GEOMETRY } from './postgres-functions/geometry.ts'
import { HEALPIX } from './postgres-functions/healpix.ts'
import { MATHS } from './postgres-functions/maths.ts'
import { TEXTS } from './postgres-functions/texts.ts'

export const POSTGRES_FUNCTIONS = [
  `CREATE SCHEMA IF NOT EXISTS skyedge;
  GRANT USAGE ON SCHEMA skyedge TO PUBLIC;
  DO $d$ BEGIN
    IF to_regtype('skyedge.shape') IS NULL THEN
      CREATE TYPE skyedge.shape AS (lon ${REAL}, lat ${REAL}, radius ${REAL}, poly spoly);
    END IF;
  END $d$;`,
  ...MATHS,
  ...TEXTS,
  ...GEOMETRY,
  ...HEALPIX,
].join('\n')
