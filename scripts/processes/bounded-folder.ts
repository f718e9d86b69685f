// Keeps a folder of cache entries within its bounds: from time to time the files that were longest unread go,
// until a tenth of the room is free again.

import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'

const EVERY_MS = 60_000

interface Entry {
  readonly path: string
  readonly size: number
  readonly usedMs: number
}

export interface Bound {
  stop(): void
}

export function boundFolder(folder: string, limitBytes: number): Bound {
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    await prune(folder, limitBytes).catch(() => undefined)
    busy = false
  }, EVERY_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Bytes left in the folder. */
export async function prune(folder: string, limitBytes: number): Promise<number> {
  const entries: Entry[] = []
  let total = 0
  for (const file of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    const found = await stat(path).catch(() => undefined)
    if (!found) continue
    // Many systems note reads rarely (relatime): then the time of writing stands in.
    entries.push({ path, size: found.size, usedMs: Math.max(found.atimeMs, found.mtimeMs) })
    total += found.size
  }
  if (total <= limitBytes) return total
  entries.sort((a, b) => a.usedMs - b.usedMs)
  for (const { path, size } of entries) {
    if (total <= 0.9 * limitBytes) break
    await unlink(path).catch(() => undefined)
    total -= size
  }
  return total
}
