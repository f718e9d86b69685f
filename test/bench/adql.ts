// From the text of a query to SQL: CPU microseconds of typical queries of an ObsTAP service, warm.

import { type Bindings, emit, parseAdql, resolveAdql } from '#src/adql'
import { CAOM2_SCHEMA } from '#src/caom2'
import { IVOA_SCHEMA } from '#src/obscore'
import { SURVEY_SCHEMA } from '#src/survey'
import { type Benchmark, cpuMs, type Figure } from './result.ts'

const QUERIES = [
  'SELECT TOP 1 * FROM ivoa.ObsCore',
  `SELECT obs_id, s_ra, s_dec, access_url FROM ivoa.ObsCore WHERE 1 = CONTAINS(POINT('ICRS', 150.1, 2.2), s_region)`,
  `SELECT obs_publisher_did FROM ivoa.ObsCore WHERE DISTANCE(s_ra, s_dec, 150.1, 2.2) < 0.5 AND calib_level >= 2
   AND em_min < 5e-7 AND t_min BETWEEN 59000 AND 59010 AND dataproduct_type IN ('image', 'cube') ORDER BY t_min DESC OFFSET 100`,
  `SELECT obs_collection, calib_level, COUNT(*) AS n, MIN(t_min) FROM ivoa.ObsCore WHERE INTERSECTS(s_region,
   POLYGON(10, 0, 12, 0, 12, 2, 10, 2)) = 1 GROUP BY obs_collection, calib_level HAVING COUNT(*) > 10 ORDER BY n DESC`,
  `WITH deep AS (SELECT obs_id, s_ra, s_dec, t_exptime FROM ivoa.ObsCore WHERE t_exptime > 100)
   SELECT a.obs_id, b.obs_id FROM deep a JOIN deep b ON DISTANCE(a.s_ra, a.s_dec, b.s_ra, b.s_dec) < 0.01
   WHERE NOT EXISTS (SELECT 1 FROM ivoa.ObsCore o WHERE o.obs_id = a.obs_id AND o.calib_level = 1)`,
]
const TABLES = [IVOA_SCHEMA, SURVEY_SCHEMA, CAOM2_SCHEMA]
const BINDINGS: Bindings = {
  table: ({ schema, name }) => ({ from: () => ({ text: `"${schema}"."${name}"`, params: [] }) }),
}
const ROUNDS = 2000

/** CPU microseconds of one query, the mean of all, in the best of three. */
function microseconds(work: (text: string) => unknown): number {
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < 3; k++) {
    const before = cpuMs()
    for (let i = 0; i < ROUNDS; i++) for (const text of QUERIES) work(text)
    least = Math.min(least, cpuMs() - before)
  }
  return (least * 1000) / (ROUNDS * QUERIES.length)
}

export const bench: Benchmark = {
  name: 'adql',
  about: 'text of a query to syntax tree, bound tree and SQL',
  async run() {
    const bound = (text: string) => resolveAdql(parseAdql(text), { tables: TABLES })
    const figure = (what: string, work: (text: string) => unknown): Figure => ({
      what,
      value: microseconds(work),
      unit: 'us/query',
    })
    return {
      name: 'adql',
      figures: [
        figure('parse', (text) => parseAdql(text)),
        figure('parse, resolve', bound),
        figure('parse, resolve, emit for SQLite', (text) => emit(bound(text), 'sqlite', BINDINGS)),
        figure('parse, resolve, emit for PostgreSQL', (text) => emit(bound(text), 'postgres', BINDINGS)),
      ],
      peers: [],
      ratios: [],
      notes: [`mean of ${QUERIES.length} queries, ${ROUNDS} rounds, best of three`],
    }
  },
}
