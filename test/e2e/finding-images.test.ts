// docs/finding-images.md, run: every query, every line of curl, every Python block, on a small archive.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ingestFolder } from '../../origin/ingest/ingest.ts'
import { fitsFile, put, tanCards } from '../support/images.ts'
import { command, ORACLES, oracles } from '../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'

const run = promisify(execFile)
const text = readFileSync(resolve(import.meta.dirname, '../../docs/finding-images.md'), 'utf8')
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block)

let origin: TestOrigin
const folder = mkdtempSync(join(tmpdir(), 'skyedge-finding-'))
beforeAll(async () => {
  origin = await startTestOrigin()
  for (const [i, visit] of [101, 102].entries()) {
    const cards = { ...tanCards(10, 20, 200, 150), FILTER: 'r', 'DATE-OBS': `2026-0${i + 1}-01T05:00:00`, EXPTIME: 30 }
    put(folder, `visit-${visit}.fits`, fitsFile({ cards, width: 200, height: 150 }))
  }
  await ingestFolder({
    folder,
    collection: 'doc.images',
    release: 'dr1',
    authority: origin.config.authority,
    rights: { access: 'public', release: 'dr1' },
    catalog: origin.catalog,
  })
})
afterAll(async () => {
  await origin?.end()
  rmSync(folder, { recursive: true, force: true })
})

describe('the questions in ADQL', () => {
  it.each(blocks('sql').map((adql) => [adql.trim().split('\n')[0], adql]))('%s', async (_, adql) => {
    const body = new URLSearchParams({ LANG: 'ADQL', RESPONSEFORMAT: 'csv', QUERY: adql })
    const answer = await fetch(`${origin.url}/tap/sync`, { method: 'POST', body })
    const lines = (await answer.text()).trim().split(/\r?\n/)
    expect(answer.status, lines.join('\n')).toBe(200)
    expect(lines[0].split(',').length).toBeGreaterThan(1)
    if (adql.includes('POINT(10.0, 20.0)')) expect(lines).toHaveLength(3)
  })
})

const curl = command('curl')
describe.skipIf(!curl.found)(curl.says('the lines of curl'), () => {
  const lines = blocks('sh').flatMap((block) => block.replaceAll('\\\n', ' ').trim().split('\n'))
  it.each(lines)('%s', async (line) => {
    const { stdout } = await run('sh', ['-c', line.replace('curl -s', 'curl -sf')], {
      env: { ...process.env, EDGE: origin.url },
    })
    expect(stdout).toMatch(/obs_publisher_did/)
  })
})

const pyvo = oracles('pyvo')
describe.skipIf(!pyvo.found)(pyvo.says('the Python'), () => {
  const expected = [/#this[\s\S]*SIMPLE/, /a\s+2/]
  it.each(blocks('python').map((block, i) => [i, block] as const))('block %i', async (i, block) => {
    const { stdout } = await run(ORACLES, ['-c', `EDGE = "${origin.url}"\n${block}`])
    expect(stdout).toMatch(expected[i])
  })
})
