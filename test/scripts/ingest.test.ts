// `skyedge ingest` as an operator runs it: exit status, what is printed, rights by options.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSqliteCatalog } from '../../origin/catalog/sqlite/sqlite-catalog.ts'
import { parseIso } from '../../scripts/commands/ingest.ts'
import { fitsFile, put, tanCards } from '../support/images.ts'

const root = resolve(import.meta.dirname, '../..')
const all = mkdtempSync(join(tmpdir(), 'skyedge-cli-'))
const folder = join(all, 'images')
afterAll(() => rmSync(all, { recursive: true, force: true }))
beforeAll(() => {
  put(folder, 'one.fits', fitsFile({ cards: tanCards(10, 20) }))
  put(folder, 'evil\u001b[2J\n"name".fits', 'no FITS')
  put(all, 'empty/readme.txt', 'nothing here')
  put(all, 'mapping.json', '{"files": 1}')
})

function skyedge(args: readonly string[], data = join(all, 'data')) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/skyedge.ts'), ...args], {
    cwd: all,
    encoding: 'utf8',
    env: { ...process.env, SKYEDGE_DATA: data },
  })
  return { status, stdout, stderr }
}
const ingest = (where: string, ...more: string[]) =>
  skyedge(['ingest', where, '--collection', 'test.cli', '--release', 'dr1', ...more])

describe('skyedge ingest', () => {
  it('takes a folder, says what it did in one line each, and ends with 0', () => {
    const { status, stdout } = ingest(folder, '--public')
    expect(status).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'refused "evil\\u001b[2J\\n\\"name\\".fits": is no FITS file: it does not start with SIMPLE',
      'taken 1, updated 0, unchanged 0, refused 1 (2 FITS files)',
      '',
    ])
    expect(stdout).not.toContain('\u001b')
  })

  it('prints JSON for programs, and takes the release date for rights', async () => {
    const options = ['--release-date', '2030-01-01', '--embargo-until', '2027-06-01T12:00:00Z', '--json']
    const { status, stdout } = ingest(folder, ...options)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      images: 1,
      updated: 1,
      refused: [{ name: 'evil\u001b[2J\n"name".fits' }],
    })
    const catalog = openSqliteCatalog(join(all, 'data/catalog.sqlite'))
    expect((await catalog.productsIn('test.cli'))[0].rights).toEqual({
      access: 'proprietary',
      release: 'dr1',
      publicFromMs: Date.UTC(2030, 0, 1),
      embargoUntilMs: Date.UTC(2027, 5, 1, 12),
    })
    await catalog.close()
  })

  it('ends with 0 where all that there was is pruned', () => {
    const data = join(all, 'pruned')
    const args = ['--collection', 'test.gone', '--release', 'dr1']
    const place = join(all, 'place')
    put(place, 'one.fits', fitsFile({ cards: tanCards(10, 20) }))
    expect(skyedge(['ingest', place, ...args], data).status).toBe(0)
    rmSync(join(place, 'one.fits'))
    expect(skyedge(['ingest', place, ...args], data).status).toBe(1)
    const { status, stdout } = skyedge(['ingest', place, ...args, '--prune'], data)
    expect([status, stdout.split('\n')[1]]).toEqual([
      0,
      'taken 0, updated 0, unchanged 0, refused 0, removed 1 (0 FITS files)',
    ])
  })

  it('ends with 1 where nothing at all is taken, and says so', () => {
    const { status, stdout } = ingest(join(all, 'empty'))
    expect(status).toBe(1)
    expect(stdout).toMatch(/^note nothing was found .*\ntaken 0, updated 0, unchanged 0, refused 0 \(0 FITS files\)\n$/)
  })

  it('ends with 2 and one sentence where it is used wrongly', () => {
    const wrong = [
      skyedge(['ingest', folder, '--release', 'dr1']),
      skyedge(['ingest', folder, '--collection', 'a b', '--release', 'dr1']),
      ingest(folder, '--public', '--level3-group', 'team'),
      ingest(folder, '--release-date', 'tomorrow'),
      ingest(join(all, 'nowhere')),
      ingest(folder, '--mapping', join(all, 'mapping.json')),
    ]
    expect(wrong.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2])
    expect(wrong[4].stderr).toBe('skyedge: the folder cannot be read (ENOENT): is its name right?\n')
    expect(wrong[5].stderr).toBe('skyedge: --mapping: files is no list\n')
    for (const { stderr } of wrong) expect(stderr).not.toContain('    at ')
  })

  it('ends with 1 and says why where SKYEDGE_DATA cannot be used', () => {
    const { status, stderr } = skyedge(['ingest', folder, '--collection', 'a', '--release', 'dr1'], '/dev/null/data')
    expect(status).toBe(1)
    expect(stderr).toBe('skyedge: the folder of SKYEDGE_DATA cannot be made: check its name and its rights\n')
  })

  it('follows a folder until it is interrupted, and then ends with 0', async () => {
    const place = join(all, 'followed')
    put(place, 'one.fits', fitsFile({ cards: tanCards(10, 20) }))
    const args = [
      '--collection',
      'test.watch',
      '--release',
      'dr1',
      '--watch',
      '--settle',
      '0.3',
      '--poll',
      '0.5',
      '--json',
    ]
    const child = spawn(process.execPath, [join(root, 'scripts/skyedge.ts'), 'ingest', place, ...args], {
      env: { ...process.env, SKYEDGE_DATA: join(all, 'watched') },
    })
    const ended = once(child, 'exit')
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const taken = () =>
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).taken)
    await expect.poll(taken, { timeout: 15_000 }).toEqual([1])
    put(place, 'two.fits', fitsFile({ cards: tanCards(30, 20) }))
    await expect.poll(taken, { timeout: 15_000 }).toEqual([1, 1])
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  }, 40_000)

  it('reads dates as UTC', () => {
    expect(parseIso('2030-01-01')).toBe(Date.UTC(2030, 0, 1))
    expect(parseIso('2030-01-01T06:00')).toBe(Date.UTC(2030, 0, 1, 6))
    expect(parseIso('2030-01-01T06:00:00+01:00')).toBe(Date.UTC(2030, 0, 1, 5))
    expect(() => parseIso('2030-13-01')).toThrow('expected a date')
  })
})
