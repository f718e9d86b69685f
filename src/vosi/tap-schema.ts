// TAP_SCHEMA (TAP 1.1 §4): the tables that describe all tables, and their rows, made from the definitions themselves, so
// that they cannot say anything else than /tables or the parser of queries does.

import { type Cell, columnList, type Schema, type Table, type TableSet } from '#src/votable'

const STANDARD = { std: true }
const table = (name: string, description: string, text: string, more: Partial<Table> = {}): Table => ({
  schema: 'TAP_SCHEMA',
  name,
  kind: 'table',
  description,
  columns: columnList(text, STANDARD),
  ...more,
})
const key = (from: string, target: string, to = from) => ({ target, columns: [{ from, target: to }] })

export const TAP_SCHEMA: Schema = {
  name: 'TAP_SCHEMA',
  description: 'The tables of this service, described as tables',
  tables: [
    table(
      'schemas',
      'Schemas',
      `*schema_name | text |  |  |  | Name of the schema
       *utype       | text |  |  |  | Utype of the schema
       *description | text |  |  |  | What is in the schema
       schema_index | int  |  |  |  | Place in the order of schemas`,
    ),
    table(
      'tables',
      'Tables',
      `*schema_name | text |  |  |  | Schema of the table
       *table_name  | text |  |  |  | Name of the table with its schema, as a query writes it
       *table_type  | text |  |  |  | table or view
       *utype       | text |  |  |  | Utype of the table
       *description | text |  |  |  | What is in the table
       table_index  | int  |  |  |  | Place in the order of tables`,
      { foreignKeys: [key('schema_name', 'TAP_SCHEMA.schemas')] },
    ),
    table(
      'columns',
      'Columns',
      `*table_name  | text |  |  |  | Table of the column
       *column_name | text |  |  |  | Name of the column
       *datatype    | text |  |  |  | Datatype as in VOTable
       arraysize    | text |  |  |  | Size of an array as in VOTable
       xtype        | text |  |  |  | What the value is beyond its datatype
       size         | int  |  |  |  | Length of an array of fixed length (use arraysize)
       *description | text |  |  |  | What is in the column
       utype        | text |  |  |  | Utype of the column
       *unit        | text |  |  |  | Unit
       *ucd         | text |  |  |  | UCD
       indexed      | int  |  |  |  | 1 where an index serves conditions on the column
       principal    | int  |  |  |  | 1 for the columns to show first
       std          | int  |  |  |  | 1 for columns that a standard defines
       column_index | int  |  |  |  | Place in the order of columns`,
      { foreignKeys: [key('table_name', 'TAP_SCHEMA.tables')] },
    ),
    table(
      'keys',
      'Foreign keys',
      `*key_id       | text |  |  |  | Name of the key
       *from_table   | text |  |  |  | Table that refers
       *target_table | text |  |  |  | Table that is referred to
       description   | text |  |  |  | What the key means
       utype         | text |  |  |  | Utype of the key`,
      {
        foreignKeys: [
          key('from_table', 'TAP_SCHEMA.tables', 'table_name'),
          key('target_table', 'TAP_SCHEMA.tables', 'table_name'),
        ],
      },
    ),
    table(
      'key_columns',
      'Columns of foreign keys',
      `*key_id        | text |  |  |  | Name of the key
       *from_column   | text |  |  |  | Column that refers
       *target_column | text |  |  |  | Column that is referred to`,
      { foreignKeys: [key('key_id', 'TAP_SCHEMA.keys')] },
    ),
  ],
}

export const tableName = ({ schema, name }: Table): string => `${schema}.${name}`

/** As a query has to write it: `size` is a reserved word. */
export const queryName = (name: string): string => (name === 'size' ? '"size"' : name)

const flag = (value: boolean | undefined) => (value ? 1 : 0)

interface Key {
  readonly id: string
  readonly from: Table
  readonly key: NonNullable<Table['foreignKeys']>[number]
}

/** Every foreign key with a name of its own: `survey.visit-1`. */
const keysOf = (set: TableSet): Key[] =>
  set.flatMap(({ tables }) =>
    tables.flatMap((from) =>
      (from.foreignKeys ?? []).map((key, i): Key => ({ id: `${tableName(from)}-${i + 1}`, from, key })),
    ),
  )

/** Rows of each table of TAP_SCHEMA by its name without schema, cells in the order of its columns. */
export function tapSchemaRows(set: TableSet): Readonly<Record<string, readonly (readonly Cell[])[]>> {
  const tables = set.flatMap((schema) => schema.tables)
  return {
    schemas: set.map(({ name, utype, description }, i) => [name, utype ?? null, description, i + 1]),
    tables: tables.map((table, i) => [
      table.schema,
      tableName(table),
      table.kind,
      table.utype ?? null,
      table.description,
      i + 1,
    ]),
    columns: tables.flatMap((table) =>
      table.columns.map((column, i) => [
        tableName(table),
        queryName(column.name),
        column.datatype,
        column.arraysize ?? null,
        column.xtype ?? null,
        /^\d+$/.test(column.arraysize ?? '') ? Number(column.arraysize) : null,
        column.description,
        column.utype ?? null,
        column.unit ?? null,
        column.ucd ?? null,
        flag(column.indexed),
        flag(column.principal),
        flag(column.std),
        i + 1,
      ]),
    ),
    keys: keysOf(set).map(({ id, from, key }) => [id, tableName(from), key.target, key.description ?? null, null]),
    key_columns: keysOf(set).flatMap(({ id, key }) => key.columns.map(({ from, target }) => [id, from, target])),
  }
}
