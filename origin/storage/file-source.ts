// Files as byte sources, over a bounded pool of open descriptors: a descriptor is borrowed for one read, so thousands
// of sources may be open at once. A file that changed in size or time since it was opened is 'changed'.

import { close, constants, fstatSync, open, read, type Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { type ByteSource, StorageError } from '#src/storage'

export type FileSource = ByteSource & { close(): Promise<void> }

export interface OpenFileOptions {
  /** What a catalogue remembers of the file: spares the look at it now; another size or time is 'changed'. */
  readonly expect?: { readonly sizeBytes: number; readonly mtimeMs: number }
}

const MAX_DESCRIPTORS = 64
/**
 * What lies at a path may have been swapped since it was taken in: a pipe must not hold a thread until somebody writes
 * into it, and a link must not lead to another file of that size and time.
 */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

interface Descriptor {
  readonly fd: number
  busy: boolean
}

/** Free and busy descriptors by path, least recently used first. */
const pool = new Map<string, Descriptor[]>()
const waiting: (() => void)[] = []
let opened = 0

/** `key` stands for the file in messages: its path is never shown. */
export async function openFile(path: string, key: string, { expect }: OpenFileOptions = {}): Promise<FileSource> {
  const first = expect ? { size: expect.sizeBytes, mtimeMs: expect.mtimeMs } : await look(path, key)
  const same = (now: Stats) => now.isFile() && now.size === first.size && now.mtimeMs === first.mtimeMs

  return {
    key,
    size: async () => first.size,
    async read({ offset, length }, { signal } = {}) {
      signal?.throwIfAborted()
      const wanted = Math.max(0, Math.min(length, first.size - offset))
      if (wanted === 0) return new Uint8Array(0)
      let descriptor = await borrow(path, key)
      try {
        if (!same(fstatSync(descriptor.fd))) {
          // Perhaps only a descriptor of an older file of that name: the name itself decides.
          discard(path, descriptor)
          descriptor = await borrow(path, key, true)
          if (!same(fstatSync(descriptor.fd))) throw changed(key)
        }
        const bytes = await readFully(descriptor.fd, offset, wanted)
        if (bytes.length < wanted) throw changed(key)
        return bytes
      } finally {
        giveBack(path, descriptor)
      }
    },
    close: async () => {
      for (const descriptor of pool.get(path)?.filter(({ busy }) => !busy) ?? []) discard(path, descriptor)
    },
  }
}

async function look(path: string, key: string): Promise<{ size: number; mtimeMs: number }> {
  const found = await lstat(path).catch((cause) => {
    throw notFound(key, cause)
  })
  if (!found.isFile()) throw new StorageError('absent', `${key} is no file`)
  return found
}

const notFound = (key: string, cause: unknown) => new StorageError('absent', `${key} is not there`, { cause })
const changed = (key: string) => new StorageError('changed', `${key} was replaced since it was opened`)

async function borrow(path: string, key: string, fresh = false): Promise<Descriptor> {
  for (;;) {
    const free = fresh ? undefined : pool.get(path)?.find(({ busy }) => !busy)
    if (free) {
      free.busy = true
      // Last in the map = most recently used.
      const all = pool.get(path)!
      pool.delete(path)
      pool.set(path, all)
      return free
    }
    if (opened < MAX_DESCRIPTORS || evict()) break
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  opened++
  try {
    const fd = await new Promise<number>((resolve, reject) =>
      open(path, FLAGS, (error, handle) => (error ? reject(error) : resolve(handle))),
    )
    const descriptor = { fd, busy: true }
    pool.set(path, [...(pool.get(path) ?? []), descriptor])
    return descriptor
  } catch (cause) {
    opened--
    waiting.shift()?.()
    throw notFound(key, cause)
  }
}

function giveBack(path: string, descriptor: Descriptor): void {
  descriptor.busy = false
  if (waiting.length > 0) discard(path, descriptor)
}

/** Closes the free descriptor that was used longest ago. */
function evict(): boolean {
  for (const [path, descriptors] of pool) {
    const free = descriptors.find(({ busy }) => !busy)
    if (!free) continue
    discard(path, free)
    return true
  }
  return false
}

function discard(path: string, descriptor: Descriptor): void {
  const all = pool.get(path)
  if (!all?.includes(descriptor)) return
  const rest = all.filter((other) => other !== descriptor)
  if (rest.length > 0) pool.set(path, rest)
  else pool.delete(path)
  opened--
  close(descriptor.fd, () => {})
  waiting.shift()?.()
}

async function readFully(fd: number, offset: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const count = await new Promise<number>((resolve, reject) =>
      read(fd, buffer, filled, length - filled, offset + filled, (error, n) => (error ? reject(error) : resolve(n))),
    )
    if (count === 0) break
    filled += count
  }
  return buffer.subarray(0, filled)
}
