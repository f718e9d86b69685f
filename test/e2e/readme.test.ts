// The README's own lines, run: what a user types for their own images. (`npm start` has a test of its own.)

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fitsFile, put, tanCards } from '../support/images.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text)
const commands = blocks
  .flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'))
  .filter((line) => line.startsWith('npx skyedge '))

describe("the README's commands", () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-readme-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  put(folder, 'my-images/one.fits', fitsFile({ cards: tanCards(10, 20, 200, 150), width: 200, height: 150 }))
  put(folder, 'my-images/two.fits', fitsFile({ cards: tanCards(10.005, 20, 200, 150), width: 200, height: 150 }))

  it('are there', () => expect(commands.length).toBeGreaterThanOrEqual(2))

  it.each(commands)('%s', (line) => {
    const shell = line.replace(/^npx skyedge/, `"${process.execPath}" "${join(ROOT, 'scripts/skyedge.ts')}"`)
    const env = { ...process.env, SKYEDGE_DATA: join(folder, 'data') }
    const { status, stdout, stderr } = spawnSync('sh', ['-c', shell], { cwd: folder, env, encoding: 'utf8' })
    expect(`${stdout}${stderr}`).toMatch(/\S/)
    expect(status, `${stdout}${stderr}`).toBe(0)
  })
})
