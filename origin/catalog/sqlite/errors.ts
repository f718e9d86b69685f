// SQLite's result codes -> the catalogue's errors. Nothing of the SQL, and no path, goes into the message.

import { CatalogError, type CatalogErrorCode } from '../store.ts'

/** Primary result codes, https://www.sqlite.org/rescode.html */
const MEANINGS: Readonly<Record<number, readonly [CatalogErrorCode, string]>> = {
  3: ['not-writable', 'the catalogue may not be opened by this user: check the rights of SKYEDGE_DATA'],
  5: ['unavailable', 'the catalogue is being written by another process: try again'],
  8: ['not-writable', 'the catalogue cannot be written: check the rights of SKYEDGE_DATA'],
  10: ['unavailable', 'the disk under SKYEDGE_DATA answers with an error'],
  11: ['broken', 'the catalogue file is damaged: restore it, or move it away and ingest again'],
  13: ['full', 'the disk under SKYEDGE_DATA is full: nothing of this change was kept'],
  14: ['not-writable', 'the catalogue cannot be opened: check that SKYEDGE_DATA exists and may be written'],
  19: ['conflict', 'the change contradicts what the catalogue holds'],
  26: ['broken', 'the catalogue file is not a database: move it away and ingest again'],
}

export function catalogError(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  const [code, message] = MEANINGS[error.errcode & 0xff] ?? ['unavailable', 'the catalogue cannot be used']
  return new CatalogError(code, message, { cause: error })
}
