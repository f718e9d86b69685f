// Where a map is put together before it takes its place: a nameless folder for an import, which begins anew; one of its
// own name for a mirror, which goes on after a kill. The lock of the latter is SQLite's: it ends with us however we end.

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { OthersError } from './errors.ts'

/** The process and chance; builds clear these away too. */
const NAMELESS = /^\.building-(\d+)-[0-9a-f]{12}$/
/** SQLITE_BUSY. */
const BUSY = 5

export async function namelessFolder(hipsFolder: string): Promise<string> {
  await mkdir(hipsFolder, { recursive: true })
  for (const name of await readdir(hipsFolder)) {
    const pid = NAMELESS.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(hipsFolder, name), { recursive: true, force: true })
  }
  const folder = join(hipsFolder, `.building-${process.pid}-${randomBytes(6).toString('hex')}`)
  await mkdir(folder)
  return folder
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

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

/** What was being written when a run was killed. */
export async function sweepParts(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith('.part')) await rm(join(entry.parentPath, entry.name), { force: true })
}

export async function emptyOf(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true })
}
