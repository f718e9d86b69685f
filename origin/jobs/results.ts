// Files of jobs below {data}/jobs/{id}: what was uploaded, results, the error document. Everything is written under a
// temporary name and renamed, so that a result that can be seen is whole.

import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { JobError } from './errors.ts'

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface JobFiles {
  /** The whole path, for a process that reads it itself. */
  path(id: string, file: string): string
  /** Bytes written. */
  write(id: string, file: string, body: Chunks, signal?: AbortSignal): Promise<number>
  /** Undefined: there is no such file. */
  read(id: string, file: string): Promise<{ sizeBytes: number; open(start: number, end: number): Chunks } | undefined>
  remove(id: string): Promise<void>
  /** Ids of the folders that are there, and when each was changed last. */
  folders(): Promise<{ id: string; modifiedMs: number }[]>
}

/** Ids and names of files are ours; this is the wall behind the wall. */
const PLAIN = /^[\w-][\w.-]{0,80}$/

/** Results leave this much of the disk to everything else. */
const KEPT_FREE_BYTES = 1 << 30
const LOOK_EVERY_BYTES = 64 << 20

export function createJobFiles(root: string, { keptFreeBytes = KEPT_FREE_BYTES } = {}): JobFiles {
  async function* whileThereIsRoom(body: Chunks) {
    let unlooked = LOOK_EVERY_BYTES
    for await (const chunk of body) {
      unlooked += chunk.length
      if (unlooked >= LOOK_EVERY_BYTES) {
        unlooked = 0
        const { bavail, bsize } = await statfs(root)
        if (bavail * bsize < keptFreeBytes + LOOK_EVERY_BYTES)
          throw new JobError(
            'no-room',
            'there is no room on the disk for what this job writes; delete jobs that are not needed',
          )
      }
      yield chunk
    }
  }

  const pathOf = (...names: string[]) => {
    for (const name of names) if (!PLAIN.test(name)) throw new Error(`no name of a job's file: ${JSON.stringify(name)}`)
    return join(root, ...names)
  }
  let count = 0
  return {
    path: pathOf,
    async write(id, file, body, signal) {
      const target = pathOf(id, file)
      await mkdir(pathOf(id), { recursive: true, mode: 0o700 })
      const temporary = `${target}.${process.pid}-${++count}.part`
      try {
        const out = createWriteStream(temporary, { flags: 'wx', mode: 0o600 })
        await pipeline(whileThereIsRoom(body), out, { signal })
        await rename(temporary, target)
        return out.bytesWritten
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    async read(id, file) {
      const path = pathOf(id, file)
      const found = await stat(path).catch(() => undefined)
      if (!found?.isFile()) return undefined
      return {
        sizeBytes: found.size,
        open: (start, end) => (end > start ? createReadStream(path, { start, end: end - 1 }) : []),
      }
    },
    remove: (id) => rm(pathOf(id), { recursive: true, force: true }),
    async folders() {
      const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
      const found = entries.filter((entry) => entry.isDirectory() && PLAIN.test(entry.name))
      return Promise.all(
        found.map(async ({ name }) => ({
          id: name,
          modifiedMs: (await stat(join(root, name)).catch(() => undefined))?.mtimeMs ?? 0,
        })),
      )
    },
  }
}
