// A folder as an object store: what an operator without a bucket publishes to, and a web server may show. An object is
// a file that takes its place by a rename; what was put with it lies beside it in a file of a name no key can have.

import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  checkKey,
  type ObjectBody,
  type ObjectHead,
  type ObjectStore,
  type PutOptions,
  StorageError,
} from '#src/storage'
import { bodyOf, partsOf } from './body.ts'
import { fileEtag, fileRange } from './file-range.ts'

/** Written out at once. */
const WRITE_BYTES = 1 << 20

/** `folder` is absolute; it is made when something is put. */
export function folderStore(folder: string, name = 'folder'): ObjectStore {
  const pathOf = (key: string) => join(folder, checkKey(key))
  return {
    name,
    async put(key, body, options = {}) {
      const path = pathOf(key)
      try {
        return await put(path, key, bodyOf(body), options)
      } catch (cause) {
        throw asStorageError(cause, key)
      }
    },
    open: (key) => fileRange(pathOf(key), `${name}/${key}`),
    head: (key) => headOf(pathOf(key), key),
    list: (prefix) => list(folder, prefix),
    async delete(key) {
      const path = pathOf(key)
      await rm(path, { force: true })
      await rm(besideOf(path), { force: true })
    },
  }
}

/** Holds the ETag of the file it is about: one left by a put that was killed says nothing of the file that is there. */
const besideOf = (path: string) => join(dirname(path), `.${basename(path)}.json`)

async function put(path: string, key: string, body: ObjectBody, options: PutOptions): Promise<{ etag: string }> {
  const { contentType = 'application/octet-stream', metadata = {}, signal, onProgress } = options
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`)
  const file = await open(temporary, 'wx')
  try {
    let sent = 0
    for await (const part of partsOf(body, WRITE_BYTES, key)) {
      signal?.throwIfAborted()
      await file.write(part)
      sent += part.length
      onProgress?.(sent)
    }
    await file.sync()
    const etag = fileEtag(await file.stat({ bigint: true }))
    await writeWhole(besideOf(path), JSON.stringify({ etag, contentType, metadata }))
    await rename(temporary, path)
    return { etag }
  } finally {
    await file.close()
    await rm(temporary, { force: true })
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`
  const file = await open(temporary, 'wx')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

async function headOf(path: string, key: string): Promise<ObjectHead | undefined> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw asStorageError(error, key)
  })
  if (!found?.isFile()) return undefined
  const etag = fileEtag(found)
  const modifiedMs = Math.floor(Number(found.mtimeMs) / 1000) * 1000
  const beside = await readFile(besideOf(path), 'utf8').catch(() => '')
  const about = beside ? (JSON.parse(beside) as { etag: string; metadata: Record<string, string> }) : undefined
  return {
    key,
    sizeBytes: Number(found.size),
    etag,
    modifiedMs,
    metadata: about?.etag === etag ? about.metadata : {},
  }
}

async function* list(folder: string, prefix: string): AsyncGenerator<ObjectHead> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const keys = names
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((key) => key.startsWith(prefix))
    .sort()
  for (const key of keys) {
    const head = await headOf(join(folder, key), key)
    if (head) yield head
  }
}

function asStorageError(cause: unknown, key: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code
  if (cause instanceof StorageError || !code || !/^E[A-Z]+$/.test(code)) return cause
  if (code === 'ENOSPC' || code === 'EDQUOT') return new StorageError('full', `there is no room for ${key}`, { cause })
  if (code === 'EACCES' || code === 'EPERM') return new StorageError('denied', `${key} may not be written`, { cause })
  return new StorageError('unavailable', `${key} cannot be written (${code})`, { cause })
}
