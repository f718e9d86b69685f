// The README's own lines, run: what a user types for their own images. (`npm start` has a test of its own.)

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
import { fitsFile, put, tanCards } from '../support/images.ts'
import { ORACLES, oracles } from '../support/optional.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text)
const commands = blocks
  .flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'))
  .filter((line) => line.startsWith('npx skyedge '))
const ofButler = (line: string) => line.includes('./repo ')
const watching = (line: string) => line.includes(' --watch')
const butler = oracles('lsst.daf.butler', 'lsst.dax.obscore')
const BUTLER_SCRIPT = join(ROOT, 'test/reference/butler_repo.py')

describe("the README's commands", () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-readme-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  put(folder, 'my-images/one.fits', fitsFile({ cards: tanCards(10, 20, 200, 150), width: 200, height: 150 }))
  put(folder, 'my-images/two.fits', fitsFile({ cards: tanCards(10.005, 20, 200, 150), width: 200, height: 150 }))

  const text = (name: string, value: string) => ({ name, data: [value], type: 'STRING' as const })
  const number = (name: string, value: number) => ({ name, data: [value], type: 'DOUBLE' as const })
  const columnData = [
    text('dataproduct_type', 'image'),
    number('calib_level', 2),
    text('obs_collection', 'other'),
    text('obs_id', 'one'),
    text('obs_publisher_did', 'ivo://other.example/archive?one'),
    text('access_url', 'https://other.example/one.fits'),
    text('access_format', 'application/fits'),
    number('s_ra', 10),
    number('s_dec', 20),
    number('s_fov', 0.1),
    text('s_region', 'POLYGON ICRS 9.9 19.9 10.1 19.9 10.1 20.1 9.9 20.1'),
  ]
  put(folder, 'observations.parquet', new Uint8Array(parquetWriteBuffer({ columnData })))

  it('are there', () => expect(commands.length).toBeGreaterThanOrEqual(2))

  const shellOf = (line: string) =>
    line.replace(/^npx skyedge/, `exec "${process.execPath}" "${join(ROOT, 'scripts/skyedge.ts')}"`)
  const env = { ...process.env, SKYEDGE_DATA: join(folder, 'data') }
  const ends = (line: string, cwd = folder) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', shellOf(line)], {
      cwd,
      env,
      encoding: 'utf8',
      timeout: 50_000,
    })
    expect(`${stdout}${stderr}`).toMatch(/\S/)
    expect(status, `${stdout}${stderr}`).toBe(0)
  }

  it.each(commands.filter((line) => !ofButler(line) && !watching(line)))('%s', (line) => ends(line))

  it.skipIf(!butler.found).each(commands.filter(ofButler).map((line) => [butler.says(line), line]))('%s', (_, line) => {
    const where = join(folder, 'butler')
    spawnSync(ORACLES, [BUTLER_SCRIPT, where], { encoding: 'utf8' })
    ends(line, where)
  })

  it.each(commands.filter(watching))('%s (until it is told to end)', async (line) => {
    const watch = spawn('sh', ['-c', shellOf(line)], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(watch, 'exit')
    let said = ''
    for (const stream of [watch.stdout, watch.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    await expect.poll(() => said, { timeout: 30_000 }).toContain('watch: waiting')
    watch.kill('SIGINT')
    const [status] = await ended
    expect(status, said).toBe(0)
  })
})
