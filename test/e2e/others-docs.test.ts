// The lines of docs/hips.md about others' maps, run as they stand; the node that is named there is one of the test's.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mocOf, writeMocFits } from '#src/moc'
import { type OtherNode, startOtherNode } from '../support/other-node.ts'
import { othersMap, writeFiles } from '../support/others-map.ts'
import { zipOf } from '../support/zip.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const lines = [...readFileSync(join(ROOT, 'docs/hips.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, text]) => text.split('\n'))
  .filter((line) => /^npx skyedge (?:hips import|mirror) /.test(line))
const NODE = 'https://alasky.cds.unistra.fr/DSS/DSSColor'

describe("the commands of the page on others' maps", () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-others-docs-'))
  let node: OtherNode

  beforeAll(async () => {
    // Around Orion.
    const cells = Array.from({ length: 64 }, (_, i) => 320 + i)
    const files = othersMap({}, 3, 5).set('Moc.fits', writeMocFits(mocOf(3, cells)))
    node = await startOtherNode(files)
    writeFiles(join(folder, 'their-map'), othersMap())
    const entries = [...othersMap()].map(([name, bytes]) => ({ name, bytes, deflate: true }))
    writeFileSync(join(folder, 'their-map.zip'), zipOf(entries))
  })
  afterAll(async () => {
    await node?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are there', () => expect(lines.length).toBeGreaterThanOrEqual(6))

  it.each(lines)('%s', async (line) => {
    const here = line.replace(NODE, `${node.url} --allow-private`).replace(/^npx skyedge/, '')
    const command = `exec "${process.execPath}" "${join(ROOT, 'scripts/skyedge.ts')}" ${here}`
    const child = spawn('sh', ['-c', command], {
      cwd: folder,
      env: { ...process.env, SKYEDGE_DATA: join(folder, 'data') },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes))
    const status = await new Promise((resolve) => child.on('exit', resolve))
    expect(status, said).toBe(0)
    expect(said).toMatch(/^(?:others|cds)\/[\w/]+: order 0 to 3/m)
  })
})
