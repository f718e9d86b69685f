// Where a mirror is put together before it takes its place: a folder of the map's own name, so that it goes on after a
// kill. Its lock is SQLite's: it ends with us however we end.

import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OthersError } from './errors.ts'

/** SQLITE_BUSY. */
const BUSY = 5

export interface HeldWork {
  /** May hold what an earlier run left. */
  readonly folder: string
  /** Leaves the folder for the next run, or takes it away. */
  end(options: { readonly keep: boolean }): Promise<void>
}

export async function holdWork(hipsFolder: string, map: string): Promise<HeldWork> {
  await mkdir(hipsFolder, { recursive: true })
  const folder = join(hipsFolder, `.mirroring-${createHash('sha256').update(map).digest('hex').slice(0, 16)}`)
  const lock = new DatabaseSync(`${folder}.lock`)
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== BUSY) throw error
    throw new OthersError('bad-option', `the map ${map} is being mirrored by another process: wait for it, or stop it`)
  }
  await mkdir(folder, { recursive: true })
  return {
    folder,
    async end({ keep }) {
      if (!keep) await rm(folder, { recursive: true, force: true })
      lock.close()
      if (!keep) await rm(`${folder}.lock`, { force: true })
    },
  }
}

export async function emptyOf(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
}
