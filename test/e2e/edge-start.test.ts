// What starting promises beside a ready line: a clear word when it cannot, and nobody left behind.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { holdFolder } from '../../scripts/processes/hold-folder.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** One that nobody has reaped yet is dead all the same. */
const lives = (pid: number) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

describe('npm start', () => {
  it('says in one line which port is in use, before it makes anything, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-start-'))
    const env = { ...process.env, SKYEDGE_DATA: folder, SKYEDGE_ORIGIN_PORT: '0', SKYEDGE_AVAILABILITY_PORT: '0' }
    const child = spawn(process.execPath, ['scripts/start.ts'], {
      cwd: ROOT,
      env: { ...env, SKYEDGE_EDGE_PORT: String(port) },
    })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const [code] = await once(child, 'exit')
    taken.close()
    rmSync(folder, { recursive: true, force: true })
    expect(code).toBe(1)
    expect(said).toBe(`port ${port} on 127.0.0.1 is in use; SKYEDGE_EDGE_PORT sets another\n`)
  })
})

describe('the folder of a start', () => {
  it('is held by one at a time, and free again when that one is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-start-'))
    const owner = `
      import { holdFolder } from '${ROOT}/scripts/processes/hold-folder.ts'
      holdFolder('${folder}')
      console.log('held')
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', owner])
    await once(child.stdout, 'data')
    expect(() => holdFolder(folder)).toThrow(/another npm start runs on this SKYEDGE_DATA/)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await holdFolder(folder).stop()
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('the watch', () => {
  it('stops what was named when its owner is killed, also what does not listen to TERM', async () => {
    const owner = `
      import { spawn } from 'node:child_process'
      import { Watch } from '${ROOT}/scripts/processes/watch.ts'
      const watch = new Watch()
      const start = (script) => spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).pid
      const pids = [start('exec sleep 60'), start("trap '' TERM; while :; do sleep 1; done")]
      for (const pid of pids) watch.add(pid)
      console.log(JSON.stringify(pids))
      setInterval(() => undefined, 1000)`
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', owner])
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const pids = JSON.parse(String(line)) as number[]
    await pause(200)
    expect(pids.map(lives)).toEqual([true, true])
    child.kill('SIGKILL')
    for (let tries = 0; tries < 60 && pids.some(lives); tries++) await pause(100)
    expect(pids.map(lives)).toEqual([false, false])
  })
})
