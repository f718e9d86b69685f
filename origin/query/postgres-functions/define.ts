// How a function of the schema `skyedge` is written. SQL functions have parsed bodies (names are bound when they are made, and
// the planner puts them in place); PL/pgSQL ones name their search_path where they name anything but pg_catalog's own.

const PURE = 'IMMUTABLE PARALLEL SAFE'
export const sql = (signature: string, returns: string, body: string) =>
  `CREATE OR REPLACE FUNCTION skyedge.${signature} RETURNS ${returns} LANGUAGE sql ${PURE} RETURN ${body.trim()};`
export const plpgsql = (signature: string, returns: string, body: string, options = '') =>
  `CREATE OR REPLACE FUNCTION skyedge.${signature} RETURNS ${returns} LANGUAGE plpgsql ${PURE} ${options} AS $f$${body}$f$;`

export const REAL = 'double precision'
