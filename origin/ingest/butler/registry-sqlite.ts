// A registry in SQLite. The file may come from anywhere: it is opened read-only, without functions of its schema, and
// only its tables are read, never its views.

import { stat } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { broken, type RegistryReader, type RegistryRow } from './registry.ts'

export async function openSqliteRegistry(path: string): Promise<RegistryReader> {
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw broken(`its file is not there or not readable (${error.code})`)
  })
  if (!stats.isFile()) throw broken('it is no file')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, allowExtension: false, timeout: 10_000 })
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA query_only = ON')
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
  } catch (error) {
    db?.close()
    throw broken((error as Error).message, error)
  }
  return reader(db)
}

function reader(db: DatabaseSync): RegistryReader {
  return {
    kind: 'sqlite',
    async columns(table) {
      const found = guarded(() =>
        db
          .prepare(
            `SELECT c.name FROM sqlite_schema s JOIN pragma_table_info(s.name) c WHERE s.type = 'table' AND s.name = ?`,
          )
          .all(table),
      )
      return found.length === 0 ? undefined : new Set(found.map(({ name }) => name as string))
    },
    async *rows(sql) {
      const statement = guarded(() => db.prepare(sql))
      statement.setReadBigInts(true)
      const rows = guarded(() => statement.iterate())
      for (let row = guarded(() => rows.next()); !row.done; row = guarded(() => rows.next()))
        yield row.value as RegistryRow
    },
    close: async () => db.close(),
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw broken((error as Error).message, error)
  }
}
