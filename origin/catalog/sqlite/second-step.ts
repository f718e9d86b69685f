// From products alone to the whole survey: rights move from JSON in every product to a table of their own, products
// say more, and releases, visits, detectors, conditions, inputs and calibrations come beside them.

import {
  OBSERVATION_URI,
  PLANE_KEYS,
  PRODUCT_COLUMNS,
  PRODUCT_INDEXES,
  PURGES,
  SURVEY_TABLES,
} from '../tables/definitions.ts'
import { columnSql, createIndexes, createTable } from '../tables/physical.ts'

const field = (name: string) => `json_extract(record, '$.${name}')`
const names = (kind: string, list: string) =>
  `INSERT OR IGNORE INTO rights_names SELECT rights_id, '${kind}', value FROM rights, json_each(record, '$.${list}');`

export const SECOND_STEP = [
  ...SURVEY_TABLES.flatMap((table) => [createTable(table, 'sqlite'), ...createIndexes(table)]),
  ...PRODUCT_COLUMNS.map((column) => `ALTER TABLE products ADD COLUMN ${columnSql(column, 'sqlite')};`),
  `INSERT INTO rights (record, access, release, public_from_ms, embargo_until_ms, owner)
     SELECT record, ${field('access')}, ${field('release')}, ${field('publicFromMs')}, ${field('embargoUntilMs')},
       ${field('owner')} FROM (SELECT DISTINCT rights AS record FROM products);`,
  names('user', 'users'),
  names('group', 'groups'),
  'UPDATE products SET rights_id = (SELECT rights_id FROM rights WHERE record = products.rights);',
  'ALTER TABLE products DROP COLUMN rights;',
  ...createIndexes({ name: 'products', columns: [], key: [], indexes: PRODUCT_INDEXES }),
].join('\n')

/** An earlier second step had an index on the expression itself. */
export const THIRD_STEP = [
  `ALTER TABLE products ADD COLUMN ${OBSERVATION_URI.name} TEXT GENERATED ALWAYS AS ${OBSERVATION_URI.as} VIRTUAL;`,
  'DROP INDEX IF EXISTS products_by_uri;',
  OBSERVATION_URI.index,
].join('\n')

export const FOURTH_STEP = PLANE_KEYS.flatMap(({ name, as, index }) => [
  `ALTER TABLE planes ADD COLUMN ${name} TEXT GENERATED ALWAYS AS ${as} VIRTUAL;`,
  index,
]).join('\n')

export const FIFTH_STEP = createTable(PURGES, 'sqlite')
