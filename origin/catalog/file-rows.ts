// Rows of the files table <-> FileRecord.

import type { Executor, Row } from './executor.ts'
import type { FileRecord, NewFile } from './store.ts'

/** All but the index, which is large. */
export const FILE_COLUMNS = 'file_id, path, key, size_bytes, mtime_ms, ctime_ms, digest'

/** What is written of a file, and what happens to one whose path is known. */
export const STORED = 'path, key, size_bytes, mtime_ms, ctime_ms, digest, hdu_index'
export const OVERWRITE = `ON CONFLICT (path) DO UPDATE SET key = excluded.key, size_bytes = excluded.size_bytes,
  mtime_ms = excluded.mtime_ms, ctime_ms = excluded.ctime_ms, digest = excluded.digest, hdu_index = excluded.hdu_index`

export async function putFile(store: Executor, file: NewFile): Promise<number> {
  const row = await store.one(
    `INSERT INTO files (${STORED}) VALUES (?, ?, ?, ?, ?, ?, ?) ${OVERWRITE} RETURNING file_id`,
    ...[file.path, file.key, file.sizeBytes, file.mtimeMs, file.ctimeMs, file.digest, file.index],
  )
  return row!.file_id as number
}

export function fileOf(row: Row): Omit<FileRecord, 'index'> {
  return {
    fileId: row.file_id as number,
    path: row.path as string,
    key: row.key as string,
    sizeBytes: row.size_bytes as number,
    mtimeMs: row.mtime_ms as number,
    ctimeMs: row.ctime_ms as number,
    digest: row.digest as string,
  }
}
