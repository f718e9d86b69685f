// A tree whose tiles were spoilt after they were taken: cut off by a crash, replaced by what is no tile, or by a link to
// another file of this machine. None of it is served, the log names the file, and all other tiles are as they were.

import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { folderTree } from '../../origin/hips/others/folder-tree.ts'
import { importMap } from '../../origin/hips/others/import.ts'
import { pullMap } from '../../origin/hips/others/pull.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'
import { startOtherNode } from '../support/other-node.ts'
import { othersMap, pngLike, writeFiles } from '../support/others-map.ts'

const TILE = 'Norder3/Dir0/Npix300.png'
let here: TestOrigin
let folder: string

beforeAll(async () => {
  here = await startTestOrigin()
  folder = mkdtempSync(join(tmpdir(), 'skyedge-spoilt-'))
  writeFiles(folder, othersMap())
})
afterAll(async () => {
  await here?.end()
  rmSync(folder, { recursive: true, force: true })
})

const world = () => ({ catalog: here.catalog, dataFolder: here.config.dataFolder, nowMs: here.now })
const get = (path: string) => fetch(`${here.url}/hips/public/${path}`)

it.each<[string, (path: string) => void]>([
  ['nothing', (path) => truncateSync(path, 0)],
  ['a hole of a terabyte', (path) => truncateSync(path, 1e12)],
  ['a page', (path) => writeFileSync(path, '<html>SECRET</html>')],
  [
    'a link to another file',
    (path) => {
      const other = join(here.config.dataFolder, 'other')
      writeFileSync(other, 'SECRET')
      rmSync(path)
      symlinkSync(other, path)
    },
  ],
])('%s in place of a tile is answered by 503', async (_, spoil) => {
  writeFiles(folder, othersMap())
  const { record } = await importMap(await folderTree(folder), { map: 'spoilt/linked', link: true }, world())
  expect((await get(`${record.map}/${TILE}`)).status).toBe(200)
  for (const path of [TILE, 'Norder3/Allsky.png']) {
    spoil(join(folder, path))
    const answer = await get(`${record.map}/${path}`)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '300'])
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(await answer.text()).not.toMatch(/SECRET|tmp/)
    expect(here.logged.join('')).toMatch(
      new RegExp(`${path} of the map's folder (?:is no png image|has 1000000000000 bytes)`),
    )
    rmSync(join(folder, path), { force: true })
  }
  expect((await get(`${record.map}/Norder3/Dir0/Npix301.png`)).status).toBe(200)
})

it('a tile of another node that was cut off here is fetched anew', async () => {
  const node = await startOtherNode(othersMap())
  try {
    const { record } = await pullMap({ url: node.url, map: 'spoilt/pulled', allowPrivate: true }, world())
    await (await get(`spoilt/pulled/${TILE}`)).arrayBuffer()
    truncateSync(join(here.config.dataFolder, 'hips', record?.folder ?? '', TILE), 0)
    const answer = await get(`spoilt/pulled/${TILE}`)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(pngLike('tile 3/300')))
  } finally {
    await node.stop()
  }
})
