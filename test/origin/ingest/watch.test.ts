// Folders that are followed, on the real file system: what is complete is taken, what grows is waited for.

import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteCatalog } from '../../../origin/catalog/sqlite/sqlite-catalog.ts'
import type { Catalog } from '../../../origin/catalog/store.ts'
import type { IngestReport } from '../../../origin/ingest/report.ts'
import { type WatchOptions, watchSource } from '../../../origin/ingest/watch.ts'
import { fitsFile, put, tanCards } from '../../support/images.ts'

const all = mkdtempSync(join(tmpdir(), 'skyedge-watch-'))
const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
  rmSync(all, { recursive: true, force: true })
})

const image = (ra: number) => fitsFile({ cards: tanCards(ra, 20) })

interface Watching {
  readonly catalog: Catalog
  readonly reports: IngestReport[]
  readonly problems: string[]
  readonly ended: Promise<void>
  stop(): Promise<void>
  names(): Promise<string[]>
}

let count = 0
function follow(folder: string, more: Partial<WatchOptions> = {}): Watching {
  const catalog = openSqliteCatalog(join(all, `catalog-${++count}.sqlite`))
  const stop = new AbortController()
  const [reports, problems]: [IngestReport[], string[]] = [[], []]
  const ended = watchSource({
    folder,
    collection: 'test.watch',
    release: 'dr1',
    authority: 'skyedge.example',
    rights: { access: 'public', release: 'dr1' },
    catalog,
    signal: stop.signal,
    pollMs: 150,
    settleMs: 250,
    onReport: (report) => reports.push(report),
    onProblem: (message) => problems.push(message),
    ...more,
  })
  ended.catch(() => undefined)
  const end = async () => {
    stop.abort()
    await ended.catch(() => undefined)
  }
  ends.push(() => catalog.close(), end)
  const names = async () => (await catalog.productsIn('test.watch')).map(({ productId }) => productId)
  return { catalog, reports, problems, ended, names, stop: end }
}

const until = (what: () => Promise<void> | void) =>
  expect.poll(() => Promise.resolve(what()).then(() => true), { timeout: 8000 }).toBe(true)

describe('a folder that is watched', () => {
  it('gives what is there, and then what comes, also into new folders', async () => {
    const folder = join(all, 'comes')
    put(folder, 'one.fits', image(10))
    const { names, stop, reports } = follow(folder)
    await until(async () => expect(await names()).toEqual(['test.watch-one']))
    put(folder, 'night/two.fits', image(20))
    await until(async () => expect(await names()).toEqual(['test.watch-one', 'test.watch-two']))
    const before = reports.length
    await sleep(700)
    // Nothing new, nothing done.
    expect(reports.length).toBe(before)
    await stop()
  })

  it('waits for a file that is still being written, and takes the others meanwhile', async () => {
    const folder = join(all, 'grows')
    mkdirSync(folder)
    const { names, stop, reports } = follow(folder, { settleMs: 500 })
    const bytes = image(10)
    writeFileSync(join(folder, 'slow.fits'), bytes.subarray(0, 3000))
    put(folder, 'quick.fits', image(30))
    for (let at = 3000; at < bytes.length; at += 500) {
      appendFileSync(join(folder, 'slow.fits'), bytes.subarray(at, at + 500))
      await sleep(150)
      expect(await names()).not.toContain('test.watch-slow')
    }
    expect(await names()).toEqual(['test.watch-quick'])
    await until(async () => expect(await names()).toEqual(['test.watch-quick', 'test.watch-slow']))
    expect(reports.flatMap(({ refused }) => refused)).toEqual([])
    await stop()
  }, 20_000)

  it('removes what is gone when asked, but never because the whole folder is', async () => {
    const folder = join(all, 'goes')
    put(folder, 'one.fits', image(10))
    put(folder, 'two.fits', image(20))
    const { names, problems, stop } = follow(folder, { prune: true })
    await until(async () => expect(await names()).toHaveLength(2))
    rmSync(join(folder, 'one.fits'))
    await until(async () => expect(await names()).toEqual(['test.watch-two']))
    renameSync(folder, `${folder}-away`)
    await until(() => expect(problems.length).toBe(1))
    mkdirSync(folder)
    await until(() => expect(problems).toHaveLength(2))
    expect(problems).toEqual([
      'the folder cannot be read (ENOENT): is its name right?',
      'nothing is left of 1 files: is the disk still there?',
    ])
    expect(await names()).toEqual(['test.watch-two'])
    rmSync(folder, { recursive: true })
    renameSync(`${folder}-away`, folder)
    put(folder, 'three.fits', image(40))
    await until(async () => expect(await names()).toEqual(['test.watch-three', 'test.watch-two']))
    await stop()
  }, 20_000)

  it('does not remove a product while its file is being written again', async () => {
    const folder = join(all, 'again')
    put(folder, 'one.fits', image(10))
    const { names, catalog, stop } = follow(folder, { prune: true, settleMs: 400 })
    await until(async () => expect(await names()).toEqual(['test.watch-one']))
    put(folder, 'other.fits', image(50))
    for (let i = 0; i < 8; i++) {
      writeFileSync(join(folder, 'one.fits'), image(11).subarray(0, 2880 + i * 100))
      await sleep(100)
      expect(await names()).toContain('test.watch-one')
    }
    writeFileSync(join(folder, 'one.fits'), image(11))
    await until(async () => expect((await catalog.productsIn('test.watch'))[0].raDeg).toBeCloseTo(11, 6))
    await stop()
  }, 20_000)

  it('goes on after the catalogue could not be written', async () => {
    const folder = join(all, 'full')
    put(folder, 'one.fits', image(10))
    const watching = follow(folder, { pollMs: 100 })
    const { catalog, problems, names, stop } = watching
    const real = catalog.change.bind(catalog)
    let fail = 2
    // A disk that is full for a while: the real catalogue behind it.
    catalog.change = async (change) => {
      if (fail-- > 0) throw new Error('the disk is full')
      return real(change)
    }
    await until(async () => expect(await names()).toEqual(['test.watch-one']))
    expect(problems).toEqual(['the disk is full'])
    await stop()
  })

  it('ends soon when told so, and at once where there is nothing to watch', async () => {
    const folder = join(all, 'ends')
    mkdirSync(folder)
    const { stop, ended } = follow(folder, { pollMs: 60_000 })
    await sleep(200)
    const start = performance.now()
    await stop()
    await ended
    expect(performance.now() - start).toBeLessThan(1000)
    await expect(follow(join(all, 'nowhere')).ended).rejects.toThrow('ENOENT')
  })

  it('may be one table, read again when it has changed', async () => {
    const header = 'obs_publisher_did,access_url,calib_level,s_ra,s_dec,s_fov\n'
    const line = (name: string) => `ivo://o.org/a?${name},https://o.org/${name},2,10,20,0.1\n`
    const table = put(all, 'table.csv', header + line('a'))
    const { names, stop } = follow(table)
    await until(async () => expect(await names()).toEqual(['a']))
    appendFileSync(table, line('b'))
    await until(async () => expect(await names()).toEqual(['a', 'b']))
    await stop()
  })
})
