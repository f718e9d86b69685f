// One `npm start` per SKYEDGE_DATA: two would write the same edge caches. The lock is SQLite's own, so it ends with us
// however we end, and no stale file ever has to be removed.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface HeldFolder {
  stop(): Promise<void>
}

/** SQLITE_BUSY. */
const BUSY = 5

export function holdFolder(folder: string): HeldFolder {
  const lock = new DatabaseSync(join(folder, 'start.lock'))
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== BUSY) throw error
    throw new Error('another npm start runs on this SKYEDGE_DATA: stop it first, or give this one a folder of its own')
  }
  return { stop: async () => lock.close() }
}
