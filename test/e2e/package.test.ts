// What `npm pack` gives, installed in an empty folder: the command runs, a room can be imported, an edge can be bundled, an
// origin answers queries and shows its pages. The package's dependencies are lent from this checkout, so that no registry is asked.

import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DATABASES } from '../support/databases.ts'
import { freshDatabase } from '../support/postgres.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const TREE = [
  'package.json',
  'tsconfig.base.json',
  'src',
  'origin',
  'workers',
  'scripts',
  'README.md',
  'LICENSE',
  'NOTICE',
]

describe('the packed package', () => {
  let folder: string
  let installed: string
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'skyedge-package-'))
    // Packed from a copy: packing points package.json at the compiled code for a moment.
    const copy = join(folder, 'checkout')
    for (const name of TREE) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: copy, stdio: 'pipe' })
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''

    installed = join(folder, 'node_modules/skyedge')
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['xzf', join(folder, tarball), '--strip-components=1', '-C', installed])
    for (const name of readdirSync(join(ROOT, 'node_modules')).filter((name) => !name.startsWith('.')))
      symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('runs the command', () => {
    const { bin, version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    const command = join('node_modules/skyedge', bin.skyedge)
    expect(node(command, '--help')).toMatch(/hips[\s\S]*ingest/)
    expect(node(command, '--version').trim()).toBe(version)
  })

  it('lends its rooms, as the README shows', () => {
    const [, imports] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? []
    const text = `${imports}
      console.log(typeof readHdus, typeof readWindow, typeof parseWcs, coneCells(3, 1, 1, 0.1).length)`
    expect(node('--input-type=module', '-e', text).trim()).toMatch(/^function function function [1-9]\d*$/)
  })

  it('bundles the edge from its own files', () => {
    const text = `import { bundleWorkers } from './node_modules/skyedge/dist/scripts/processes/worker-bundle.js'
      const { edge } = await bundleWorkers('edge')
      console.log(edge.code.length)`
    expect(Number(node('--input-type=module', '-e', text))).toBeGreaterThan(10_000)
  })

  /** The origin of the package, while `use` asks it. */
  async function withOrigin(databaseUrl: string | undefined, use: (url: string) => Promise<void>): Promise<void> {
    const data = mkdtempSync(join(folder, 'data-'))
    const env = {
      ...process.env,
      SKYEDGE_DATA: data,
      SKYEDGE_ORIGIN_PORT: '0',
      SKYEDGE_DATABASE_URL: databaseUrl ?? '',
    }
    const main = join(installed, 'dist/origin/main.js')
    const child = spawn(process.execPath, [main], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = ''
        const read = (chunk: Buffer) => {
          text += chunk
          const ready = /ready origin=(\S+)/.exec(text)
          if (ready) resolve(ready[1])
        }
        child.stdout.on('data', read)
        child.stderr.on('data', read)
        child.once('exit', () => reject(new Error(text)))
      })
      await use(url)
    } finally {
      child.kill('SIGTERM')
      await ended
    }
  }

  for (const { store, needs } of DATABASES)
    it.skipIf(!needs.found)(needs.says(`answers queries and shows its pages, on ${store}`), async () => {
      const database = store === 'PostgreSQL' ? await freshDatabase() : undefined
      try {
        await withOrigin(database?.url, async (url) => {
          const query = encodeURIComponent("SELECT table_name FROM TAP_SCHEMA.tables WHERE table_name = 'ivoa.ObsCore'")
          const answer = await fetch(`${url}/tap/sync?LANG=ADQL&RESPONSEFORMAT=csv&QUERY=${query}`)
          expect([answer.status, await answer.text()]).toEqual([200, 'table_name\r\nivoa.ObsCore\r\n'])
          // From the package itself, and from those of others.
          for (const path of ['/docs', '/docs/swagger-ui-bundle.js', '/site/aladin/aladin.js', '/openapi.json'])
            expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
        })
      } finally {
        await database?.drop()
      }
    })

  it('carries no test, no script of ours and no source map of this machine', () => {
    const names = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => /\.test\.|(^|\/)test\//.test(name))).toEqual([])
    expect(names.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
  })
})
