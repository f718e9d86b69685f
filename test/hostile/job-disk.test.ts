// Results that would fill the disk: they end before it is full, and leave nothing behind.

import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createJobFiles } from '../../origin/jobs/results.ts'

it('stops a result that leaves no room on the disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skyedge-disk-'))
  const { bavail, bsize } = await statfs(folder)
  let given = 0
  function* endless() {
    for (;;) {
      given++
      yield new Uint8Array(1 << 20)
    }
  }
  // Room for a little only; other programs write beside us.
  const files = createJobFiles(folder, { keptFreeBytes: bavail * bsize - (300 << 20) })
  await expect(files.write('a', 'result.csv', endless())).rejects.toMatchObject({ code: 'no-room' })
  expect(given).toBeLessThan(2000)
  expect(await readdir(join(folder, 'a'))).toEqual([])
  const full = createJobFiles(folder, { keptFreeBytes: Number.MAX_SAFE_INTEGER })
  await expect(full.write('a', 'upload-1', [new Uint8Array(1)])).rejects.toMatchObject({ code: 'no-room' })
  await rm(folder, { recursive: true })
})
