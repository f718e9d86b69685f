// An upload into a temporary table of SQLite, within one transaction.

import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Cell, Table } from '#src/votable'
import { QueryError } from './errors.ts'
import type { UploadLimits } from './query.ts'
import { createTable, physicalTable, readUpload } from './uploads.ts'

/** Statements bind so many values (SQLITE_MAX_VARIABLE_NUMBER), tables have so many columns (SQLITE_MAX_COLUMN). */
const MAX_COLUMNS = 2000

export function uploadToSqlite(db: DatabaseSync, name: string, path: string, limits: UploadLimits): Table {
  let insert: StatementSync | undefined
  db.exec('BEGIN')
  try {
    const reading = readUpload(name, path, limits, {
      create(table) {
        if (table.columns.length > MAX_COLUMNS)
          throw new QueryError('too-large', `an upload has at most ${MAX_COLUMNS} columns`)
        db.exec(createTable('sqlite', table))
        const places = table.columns.map(() => '?').join(', ')
        insert = db.prepare(`INSERT INTO ${physicalTable('sqlite', table.name)} VALUES (${places})`)
      },
      row: (cells) => insert!.run(...cells.map(bindable)),
    })
    for (;;) {
      const { done, value } = reading.next()
      if (!done) continue
      db.exec('COMMIT')
      return value
    }
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

const bindable = (cell: Cell): SQLInputValue =>
  typeof cell === 'boolean' ? (cell ? 1 : 0) : typeof cell === 'string' ? cell.toWellFormed() : (cell as SQLInputValue)
