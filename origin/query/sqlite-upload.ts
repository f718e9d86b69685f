import type { DatabaseSync } from 'node:sqlite'
import type { Table } from '#src/votable'
import type { UploadLimits } from './query.ts'

export function uploadToSqlite(_db: DatabaseSync, _name: string, _path: string, _limits: UploadLimits): Table {
  throw new Error('not written yet')
}
