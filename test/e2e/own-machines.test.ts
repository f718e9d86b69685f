// A node on machines of one's own: the unit files and nginx's are read by those who will run them, and each command that
// a unit starts comes up, does its work, and ends in order.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { command } from '../support/optional.ts'
import { startTestOrigin } from '../support/origin.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SKYEDGE = join(ROOT, 'scripts/skyedge.ts')
const folder = mkdtempSync(join(tmpdir(), 'skyedge-own-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const units = readdirSync(join(ROOT, 'deploy/systemd'))
const unitText = (name: string) => readFileSync(join(ROOT, 'deploy/systemd', name), 'utf8')

describe('the unit files', () => {
  it('start commands that there are', () => {
    const commands = units.map((name) => /^ExecStart=\/usr\/local\/bin\/skyedge ([\w-]+)/m.exec(unitText(name))?.[1])
    expect(commands.sort()).toEqual(['serve-availability', 'serve-edge', 'serve-origin'])
    const known = readdirSync(join(ROOT, 'scripts/commands'))
    for (const name of commands) expect(known).toContain(`${name}.ts`)
  })

  it.each(units)('%s gives the service no more than it needs', (name) => {
    const text = unitText(name)
    for (const line of ['NoNewPrivileges=yes', 'ProtectSystem=strict', 'ProtectHome=yes', 'PrivateTmp=yes'])
      expect(text).toContain(`\n${line}\n`)
    expect(text).toMatch(/^MemoryMax=\d+[GM]$/m)
    expect(text).toMatch(/^(?:DynamicUser=yes|User=skyedge)$/m)
    expect(text).not.toMatch(/EDGE_SECRET=|password/i)
  })

  const { found, says } = command('systemd-analyze')
  it.skipIf(!found)(says('are understood by systemd, which thinks them safe'), () => {
    const copies = units.map((name) => {
      // The command need not be installed here.
      writeFileSync(join(folder, name), unitText(name).replaceAll('/usr/local/bin/skyedge', '/usr/bin/env'))
      return join(folder, name)
    })
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...copies], { encoding: 'utf8' })
    expect([verified.status, verified.stderr]).toEqual([0, ''])
    for (const copy of copies) {
      const args = ['security', '--offline=yes', '--threshold=25', copy]
      expect(spawnSync('systemd-analyze', args, { encoding: 'utf8' }).status).toBe(0)
    }
  })
})

describe('the configuration of nginx', () => {
  const { found, says } = command('nginx')
  it.skipIf(!found)(says('is understood by nginx'), () => {
    const text = readFileSync(join(ROOT, 'deploy/nginx/skyedge.conf'), 'utf8')
      .replace('listen 443 ssl', 'listen 127.0.0.1:8443')
      .replace(/^ *ssl_certificate.*$/gm, '')
    const file = join(folder, 'nginx.conf')
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    )
    const http = `access_log off; ${paths.join(' ')}\n${text}`
    writeFileSync(file, `pid ${folder}/nginx.pid; error_log stderr; events {}\nhttp { ${http} }\n`)
    const { status, stderr } = spawnSync('nginx', ['-t', '-q', '-c', file], { encoding: 'utf8' })
    expect([status, stderr.replace(/^.*could not open error log file.*\n/gm, '')]).toEqual([0, ''])
  })
})

interface Started {
  readonly child: ChildProcess
  readonly ready: string
}

/** Until its ready line. */
async function skyedge(args: readonly string[], env: Record<string, string>): Promise<Started> {
  const child = spawn(process.execPath, [SKYEDGE, ...args], { env: { ...process.env, EDGE_SECRET: '', ...env } })
  let said = ''
  child.stderr?.on('data', (bytes) => {
    said += bytes
  })
  for await (const line of createInterface(child.stdout as NodeJS.ReadableStream))
    if (line.startsWith('ready ')) return { child, ready: line.slice('ready '.length) }
  throw new Error(said)
}

async function ended(child: ChildProcess): Promise<number | null> {
  const start = performance.now()
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const [status] = await exit
  expect(performance.now() - start).toBeLessThan(5_000)
  return status
}

describe('the commands that the units start', () => {
  it('serve-edge: with a secret from systemd, a public address, and the region’s cache beside its own', async () => {
    const origin = await startTestOrigin()
    const credentials = join(folder, 'credentials')
    mkdirSync(credentials)
    writeFileSync(join(credentials, 'secret'), `${origin.edgeSecret}\n`)
    const region = join(folder, 'region')
    const env = { SKYEDGE_DATA: join(folder, 'edge'), CREDENTIALS_DIRECTORY: credentials }
    const args = ['serve-edge', '--origin', origin.url, '--port', '0', '--region-folder', region]
    const more = ['--region', 'eu', '--public-url', 'https://sky.example', '--memory-mib', '1']
    const one = await skyedge([...args, ...more, '--data', join(folder, 'edge-1')], env)
    const url = one.ready.replace('edge=', '')
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok', region: 'eu' })
    // The page of the API names the address that clients know.
    expect(await (await fetch(`${url}/openapi.json`)).text()).toContain('https://sky.example')
    expect(await ended(one.child)).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    await origin.end()
  })

  it('serve-edge: refuses what does not go together', () => {
    const args = ['serve-edge', '--origin', 'http://127.0.0.1:1', '--port', '0']
    for (const more of [
      ['--region-listen', '127.0.0.1:1'],
      ['--region-folder', folder, '--region-at', '127.0.0.1:1'],
    ])
      expect(spawnSync(process.execPath, [SKYEDGE, ...args, ...more]).status).toBe(2)
  })

  it('serve-origin and serve-availability: the board sees the origin, and that no edge is there', async () => {
    const data = { SKYEDGE_DATA: join(folder, 'origin'), SKYEDGE_ORIGIN_PORT: '0', SKYEDGE_AVAILABILITY_PORT: '0' }
    const origin = await skyedge(['serve-origin'], data)
    const env = {
      ...data,
      SKYEDGE_ORIGIN_URL: origin.ready.replace('origin=', ''),
      SKYEDGE_EDGE_URLS: 'eu=http://127.0.0.1:1',
    }
    const board = await skyedge(['serve-availability'], env)
    const answer = await fetch(`${board.ready.replace('availability=', '')}/availability?RESPONSEFORMAT=json`)
    expect(await answer.json()).toMatchObject({
      available: false,
      services: [
        { name: 'origin', up: true },
        { name: 'edge eu', up: false },
      ],
    })
    expect(await ended(board.child)).toBe(0)
    expect(await ended(origin.child)).toBe(0)
  })
})
