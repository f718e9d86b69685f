// The origin as a process: it says when it is ready, answers, and stops within five seconds with everything closed.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = new URL('../../origin/main.ts', import.meta.url).pathname
let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyedge-main-'))
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function start(env: Record<string, string>): Promise<string> {
  const all = { ...process.env, SKYEDGE_DATA: folder, SKYEDGE_ORIGIN_PORT: '0', ...env }
  child = spawn(process.execPath, [MAIN], { env: all, stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += chunk
      const ready = /ready origin=(\S+)/.exec(text)
      if (ready) resolve(ready[1])
    }
    child!.stdout!.on('data', read)
    child!.stderr!.on('data', read)
    child!.once('exit', () => reject(new Error(text)))
  })
}

const exit = () => new Promise<number | null>((resolve) => child!.once('exit', resolve))

describe('the origin process', () => {
  it('starts on an empty folder, answers, and stops at SIGTERM also while a client hangs on', async () => {
    const url = await start({})
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' })
    const { hostname, port } = new URL(url)
    const hanging = createConnection(Number(port), hostname)
    hanging.on('error', () => {})
    hanging.write('GET /soda/sync?ID=x HTTP/1.1\r\nHost: a\r\n')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const begin = performance.now()
    const ended = exit()
    child!.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(performance.now() - begin).toBeLessThan(5_000)
    hanging.destroy()
  })

  it('says what is wrong with a setting, and ends with 2', async () => {
    await expect(start({ SKYEDGE_ORIGIN_PORT: 'x' })).rejects.toThrow(/SKYEDGE_ORIGIN_PORT is "x"/)
    expect(child!.exitCode).toBe(2)
  })

  it('says so when its port is taken', async () => {
    const url = await start({})
    const first = child!
    await expect(start({ SKYEDGE_ORIGIN_PORT: new URL(url).port })).rejects.toThrow(
      /^port \d+ on 127\.0\.0\.1 is in use; SKYEDGE_ORIGIN_PORT sets another\n$/,
    )
    first.kill('SIGKILL')
  })
})
