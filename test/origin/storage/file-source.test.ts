import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { openFile } from '../../../origin/storage/file-source.ts'
import { openFits } from '../../../origin/storage/fits-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-file-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
let made = 0
function file(content: Uint8Array = bytes): string {
  const path = join(folder, `f${made++}`)
  writeFileSync(path, content)
  return path
}

describe('a file as a source', () => {
  it('gives ranges, shorter only at the end', async () => {
    const source = await openFile(file(), 'key')
    expect(await source.size()).toBe(5000)
    expect(await source.read({ offset: 10, length: 20 })).toEqual(bytes.slice(10, 30))
    expect(await source.read({ offset: 4990, length: 20 })).toEqual(bytes.slice(4990))
    expect(await source.read({ offset: 6000, length: 20 })).toHaveLength(0)
    await source.close()
  })

  it('says when the file was changed, cut or replaced since it was opened', async () => {
    const range = { offset: 0, length: 10 }
    const changes: ((path: string) => void)[] = [
      (path) => writeFileSync(path, new Uint8Array(5001)),
      (path) => utimesSync(path, new Date(), new Date(Date.now() + 5000)),
      (path) => truncateSync(path, 100),
      (path) => renameSync(file(new Uint8Array(7)), path),
    ]
    for (const change of changes) {
      const path = file()
      const source = await openFile(path, 'key')
      await source.read(range)
      change(path)
      const again = await openFile(path, 'key')
      expect((await again.read({ offset: 0, length: 1 })).length).toBe(1)
      await expect(source.read(range)).rejects.toMatchObject({ code: 'changed' })
    }
  })

  it('compares with what a catalogue remembers', async () => {
    const path = file()
    const { size: sizeBytes, mtimeMs } = statSync(path)
    const source = await openFile(path, 'key', { expect: { sizeBytes, mtimeMs } })
    expect(await source.read({ offset: 0, length: 3 })).toEqual(bytes.slice(0, 3))
    const other = await openFile(path, 'key', { expect: { sizeBytes, mtimeMs: mtimeMs - 1000 } })
    await expect(other.read({ offset: 0, length: 3 })).rejects.toMatchObject({ code: 'changed' })
  })

  it('takes neither a link nor a pipe that was put in its place, and waits for neither', async () => {
    const range = { offset: 0, length: 10 }
    const secret = file()
    const swaps: ((path: string) => void)[] = [
      (path) => symlinkSync(secret, path),
      (path) => execFileSync('mkfifo', [path]),
      (path) => mkdirSync(path),
    ]
    for (const swap of swaps) {
      const path = file()
      const { size: sizeBytes, mtimeMs } = statSync(path)
      utimesSync(secret, new Date(mtimeMs), new Date(mtimeMs))
      rmSync(path)
      swap(path)
      // More than there are threads to wait in.
      const reads = Array.from({ length: 8 }, async () =>
        (await openFile(path, 'key', { expect: { sizeBytes, mtimeMs: statSync(secret).mtimeMs } })).read(range),
      )
      for (const outcome of await Promise.allSettled(reads)) {
        expect(outcome.status).toBe('rejected')
        expect(['absent', 'changed']).toContain((outcome as PromiseRejectedResult).reason.code)
      }
    }
  })

  it('names a missing file by its key, not by its path', async () => {
    const error = await openFile(join(folder, 'missing'), 'demo/key').catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code: 'absent' })
    expect((error as Error).message).toBe('demo/key is not there')
    await expect(openFile(folder, 'key')).rejects.toMatchObject({ code: 'absent' })
  })

  it('reads hundreds of files at once over few descriptors', async () => {
    const sources = await Promise.all(Array.from({ length: 300 }, () => openFile(file(), 'key')))
    let most = 0
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = process.platform === 'linux' ? descriptors() : 0
    await Promise.all(
      sources.map(async (source, i) => {
        expect((await source.read({ offset: i, length: 1 }))[0]).toBe(i % 251)
        if (process.platform === 'linux') most = Math.max(most, descriptors() - before)
      }),
    )
    expect(most).toBeLessThanOrEqual(70)
    await Promise.all(sources.map((source) => source.close()))
  })
})

describe('a FITS file', () => {
  it('is inflated when it is gzip inside, whatever its name', async () => {
    const source = await openFits(file(new Uint8Array(gzipSync(bytes))), 'key')
    expect(await source.size()).toBe(5000)
    expect(await source.read({ offset: 100, length: 5 })).toEqual(bytes.slice(100, 105))
    const plain = await openFits(file(), 'key')
    expect(await plain.read({ offset: 100, length: 5 })).toEqual(bytes.slice(100, 105))
  })

  it('is looked at once while the catalogue knows it, and again when it changed', async () => {
    const path = file(new Uint8Array(gzipSync(bytes)))
    const remembered = () => {
      const { size: sizeBytes, mtimeMs } = statSync(path)
      return { expect: { sizeBytes, mtimeMs } }
    }
    const old = remembered()
    for (let again = 0; again < 2; again++)
      expect(await (await openFits(path, 'key', old)).read({ offset: 7, length: 1 })).toEqual(bytes.slice(7, 8))
    writeFileSync(path, new Uint8Array(gzipSync(bytes.slice(1, 900))))
    await expect(openFits(path, 'key', old)).rejects.toMatchObject({ code: 'changed' })
    expect(await (await openFits(path, 'key', remembered())).size()).toBe(899)
    writeFileSync(path, bytes)
    const plain = remembered()
    for (let again = 0; again < 2; again++)
      expect(await (await openFits(path, 'key', plain)).read({ offset: 7, length: 1 })).toEqual(bytes.slice(7, 8))
  })

  it('is refused when it inflates to too much, or is torn', async () => {
    const bomb = file(new Uint8Array(gzipSync(new Uint8Array(50 * 2 ** 20))))
    await expect(openFits(bomb, 'key', { maxInflatedBytes: 2 ** 20 })).rejects.toMatchObject({ code: 'full' })
    const torn = file(new Uint8Array(gzipSync(bytes)).subarray(0, 60))
    await expect(openFits(torn, 'key')).rejects.toMatchObject({ code: 'unavailable' })
  })
})
