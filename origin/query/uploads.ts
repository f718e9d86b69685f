// Uploaded tables as temporary tables (TAP 1.1 §2.5). Their physical names are ours: whatever names an upload gives its
// columns, no character of them is in SQL but as a quoted alias that the binding makes.

import { closeSync, openSync, readSync } from 'node:fs'
import type { Bindings, Sql, TableBinding } from '#src/adql'
import {
  type Cell,
  type Datatype,
  type Field,
  READ_LIMITS,
  shapeOf,
  type Table,
  VotableError,
  VotableReader,
} from '#src/votable'
import { QueryError } from './errors.ts'
import type { Store, UploadLimits } from './query.ts'

type Kind = Store['kind']

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,49}$/
const PIECE = 65536

const TYPES: Readonly<Record<Kind, Readonly<Record<Exclude<Datatype, 'char' | 'unicodeChar'>, string>>>> = {
  sqlite: {
    boolean: 'INTEGER',
    unsignedByte: 'INTEGER',
    short: 'INTEGER',
    int: 'INTEGER',
    long: 'INTEGER',
    float: 'REAL',
    double: 'REAL',
  },
  postgres: {
    boolean: 'boolean',
    unsignedByte: 'smallint',
    short: 'smallint',
    int: 'integer',
    long: 'bigint',
    float: 'real',
    double: 'double precision',
  },
}

function columnType(kind: Kind, field: Field): string {
  const { text, array, datatype } = shapeOf(field)
  // Arrays and geometry are DALI's text, as everywhere.
  if (text || array) return kind === 'sqlite' ? 'TEXT' : 'text'
  return TYPES[kind][datatype as keyof (typeof TYPES)[Kind]]
}

const physicalName = (name: string): string => `tap_upload_${name.toLowerCase()}`
export const physicalTable = (kind: Kind, name: string): string =>
  `${kind === 'sqlite' ? 'temp' : 'pg_temp'}.${physicalName(name)}`

export function createTable(kind: Kind, table: Table): string {
  const columns = table.columns.map((column, i) => `c${i} ${columnType(kind, column)}`)
  return `CREATE TEMP TABLE ${physicalName(table.name)} (${columns.join(', ')})`
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** How queries reach an uploaded table: its columns under their names in lower case. */
function uploadBinding(kind: Kind, table: Table): TableBinding {
  const places = new Map(table.columns.map(({ name }, i) => [name.toLowerCase(), i]))
  return {
    from(columns: readonly string[]): Sql {
      const items = columns.map((name) => `c${places.get(name.toLowerCase())} AS ${quoted(name.toLowerCase())}`)
      return { text: `(SELECT ${items.join(', ') || '1 AS one'} FROM ${physicalTable(kind, table.name)})`, params: [] }
    },
  }
}

/** Bindings that know the uploads of a session beside the tables of the archive. */
export const withUploads = (kind: Kind, bindings: Bindings): Bindings => ({
  table: (table) => (table.schema.toUpperCase() === 'TAP_UPLOAD' ? uploadBinding(kind, table) : bindings.table(table)),
})

function uploadedTable(name: string, fields: readonly Field[]): Table {
  const seen = new Set<string>()
  for (const field of fields) {
    if (field.name.includes('\0')) throw new QueryError('bad-upload', 'a column name holds no NUL')
    const lower = field.name.toLowerCase()
    if (seen.has(lower))
      throw new QueryError('bad-upload', `the upload ${name} has two columns named "${field.name.slice(0, 80)}"`)
    seen.add(lower)
  }
  return {
    schema: 'TAP_UPLOAD',
    name,
    kind: 'table',
    description: 'Uploaded with the query.',
    columns: fields.map(({ name: column, datatype, arraysize, xtype, unit, ucd, utype, description = '' }) => ({
      name: column,
      datatype,
      // VOTable 1.3, erratum 3: one value has no arraysize.
      arraysize: arraysize === '1' ? undefined : arraysize,
      xtype,
      unit,
      ucd,
      utype,
      description,
    })),
  }
}

export interface UploadTarget {
  create(table: Table): void
  row(cells: readonly Cell[]): void
}

/** Reads a file piece by piece; after each piece the target may do with its rows what it will. */
export function* readUpload(
  name: string,
  path: string,
  limits: UploadLimits,
  target: UploadTarget,
): Generator<void, Table> {
  if (!NAME.test(name))
    throw new QueryError('bad-upload', `an upload's name is up to 50 letters, digits and _, got "${name.slice(0, 80)}"`)
  let table: Table | undefined
  const reader = new VotableReader(
    {
      fields(fields) {
        table = uploadedTable(name, fields)
        target.create(table)
      },
      row: (cells) => target.row(cells),
    },
    { ...READ_LIMITS, ...limits },
  )
  const piece = new Uint8Array(PIECE)
  const fd = openSync(path, 'r')
  try {
    for (let count = readSync(fd, piece); count > 0; count = readSync(fd, piece)) {
      reader.push(piece.subarray(0, count))
      yield
    }
    reader.end()
    return table!
  } catch (error) {
    if (!(error instanceof VotableError)) throw error
    const code = error.code === 'too-large' ? 'too-large' : 'bad-upload'
    throw new QueryError(code, `the upload ${name} cannot be read: ${error.message}`)
  } finally {
    closeSync(fd)
  }
}
