// Maps that others made, behind the edge: CDS's own DSS tiles, and a tree of the real Hipsgen, imported from its folder
// and mirrored from an nginx that serves it. What comes out is what went in, byte by byte, and CDS's tools agree.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderTree } from '../../origin/hips/others/folder-tree.ts'
import { importMap } from '../../origin/hips/others/import.ts'
import { mirrorMap } from '../../origin/hips/others/mirror.ts'
import { type RunningEdge, startWorkerdEdge } from '../../scripts/processes/workerd-edge.ts'
import { command, HIPSGEN_JAR, hipsgen, shared, skyData } from '../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'
import { CENTRE, slope, writeSkyImage } from '../support/sky-image.ts'

let folder: string
let origin: TestOrigin
let edge: RunningEdge

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skyedge-others-'))
  origin = await startTestOrigin()
  origin.now = Date.now()
  edge = await startWorkerdEdge({
    originUrl: origin.url,
    secret: origin.edgeSecret,
    host: '127.0.0.1',
    port: 0,
    cacheFolder: join(folder, 'cache'),
  })
})

afterAll(async () => {
  await edge?.stop()
  await origin?.end()
  rmSync(folder, { recursive: true, force: true })
})

const world = () => ({ catalog: origin.catalog, dataFolder: origin.config.dataFolder, nowMs: origin.now })
const take = async (source: string, map: string) => importMap(await folderTree(source), { map }, world())

/** Files of a HiPS that are its own: the page is ours, progenitors are apart. */
const filesOf = (tree: string) =>
  readdirSync(tree, { recursive: true, encoding: 'utf8' }).filter(
    (path) => statSync(join(tree, path)).isFile() && !/^HpxFinder\/|^index\.html$/.test(path),
  )

/** An edge hears of a new map within seconds. */
const known = (map: string) =>
  expect
    .poll(async () => (await fetch(`${edge.url}/hips/public/${map}/properties`)).status, { timeout: 15_000 })
    .toBe(200)

async function sameThroughTheEdge(tree: string, map: string) {
  const paths = filesOf(tree)
  await known(map)
  for (const path of paths) {
    const answer = await fetch(`${edge.url}/hips/public/${map}/${path}`)
    expect(answer.status, path).toBe(200)
    expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), readFileSync(join(tree, path))), path).toBe(0)
  }
  return paths.length
}

const dss = skyData('hips')
describe.skipIf(!dss.found)(dss.says("CDS's DSS maps"), () => {
  it.each([
    ['DSS2_color', 49],
    ['DSS2_red', 13],
  ])(
    'leave the edge as they came: %s',
    async (name, files) => {
      const tree = shared(`data/sky/hips/${name}`)
      await take(tree, `cds/${name}`)
      expect(await sameThroughTheEdge(tree, `cds/${name}`)).toBe(files)
      // HipsLint takes a list for wrong that says otherwise than the map.
      const list = await (await fetch(`${origin.url}/hipslist`)).text()
      const listed = list.split('\n\n').find((record) => record.includes(`/cds/${name}\n`)) ?? ''
      const own = /^moc_access_url .*$/m.exec(readFileSync(join(tree, 'properties'), 'utf8'))?.[0].split(/=\s*/)[1]
      expect(/^moc_access_url .*$/m.exec(listed)?.[0].split(/=\s*/)[1]).toBe(
        own ?? `${origin.url}/moc/map/cds/${name}.fits`,
      )
      const absent = await fetch(`${edge.url}/hips/public/cds/${name}/Norder3/Dir0/Npix1.jpg`)
      expect(absent.status).toBe(404)
    },
    30_000,
  )
})

/** Its exit status is always 0: what it says counts. */
function run(...args: string[]): Promise<string> {
  const java = ['-Djava.awt.headless=true', '-Xmx1g', '-cp', HIPSGEN_JAR, 'cds.allsky.HipsGen', ...args]
  return new Promise((resolve) =>
    execFile('java', java, { cwd: folder, encoding: 'utf8', timeout: 120_000 }, (_, stdout, stderr) =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it writes in colours
      resolve(`${stdout}${stderr}`.replace(/\u001b\[[0-9;]*m/g, '')),
    ),
  )
}

/** Lines that Hipsgen leaves to the survey's people. */
const SAID: Record<string, string> = {
  obs_description: 'a slope',
  prov_progenitor: 'a formula',
  obs_regime: 'Optical',
  t_min: '60000',
  t_max: '60001',
  em_min: '5e-7',
  em_max: '6e-7',
}

const judge = hipsgen()
describe.skipIf(!judge.found)(judge.says('a tree that Hipsgen made'), () => {
  let tree: string
  beforeAll(async () => {
    mkdirSync(join(folder, 'in'))
    const image = { ...CENTRE, width: 300, height: 300, scaleArcsec: 3, value: slope }
    writeSkyImage(join(folder, 'in/a.fits'), image)
    const who = ['creator_did=ivo://sim.example/P/slope', 'obs_title=Slope', 'hips_creator=test']
    const how = [
      'hips_status=public master clonableOnce',
      'hips_pixel_cut=0 1000',
      'INDEX',
      'TILES',
      'PNG',
      'CHECKCODE',
    ]
    await run('in=in', 'out=made', ...who, ...how, 'DETAILS')
    tree = join(folder, 'made')
    const said = Object.entries(SAID).reduce(
      (text, [key, value]) => text.replace(new RegExp(`^#${key} .*$`, 'm'), `${key} = ${value}`),
      readFileSync(join(tree, 'properties'), 'utf8'),
    )
    writeFileSync(join(tree, 'properties'), said)
  }, 120_000)

  it('is served through the edge byte by byte, and linted clean at our address', async () => {
    const { notes } = await take(tree, 'others/slope')
    expect(notes.filter((note) => !note.includes('left out'))).toEqual([])
    expect(await sameThroughTheEdge(tree, 'others/slope')).toBeGreaterThan(25)
    const lint = await run(`out=${edge.url}/hips/public/others/slope`, 'LINT')
    expect(lint).toContain('IVOA HiPS 1.0 compatible')
    expect(lint).not.toMatch(/\*(?:ERROR|WARN)/)
  }, 60_000)

  const { found, says } = command('nginx')
  it.skipIf(!found)(
    says('is mirrored from nginx, and the copy passes CHECK; copying the copy is refused'),
    async () => {
      const nginx = await serveByNginx(tree)
      try {
        const { map, record, fetched, requests, notes } = await mirrorMap(
          { url: nginx.url, allowPrivate: true },
          world(),
        )
        expect(map).toBe('sim.example/p/slope')
        expect(notes).toEqual([])
        expect(fetched).toBe(filesOf(tree).length - 1)
        await known(map)
        for (const path of filesOf(tree).filter((path) => path !== 'properties')) {
          const answer = await fetch(`${edge.url}/hips/public/${map}/${path}`)
          expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), readFileSync(join(tree, path))), path).toBe(0)
        }
        const copy = join(origin.config.dataFolder, 'hips', record?.folder ?? '')
        expect(await run(`out=${copy}`, 'CHECK')).toContain('compliant with check codes')
        expect(await run(`out=${copy}`, 'CHECKDATASUM')).toMatch(/compliant with Fits check code/i)
        const lint = await run(`out=${edge.url}/hips/public/${map}`, 'LINT')
        expect(lint).toContain('IVOA HiPS 1.0 compatible')
        expect(lint).not.toMatch(/\*(?:ERROR|WARN)/)
        expect(await run(`in=${edge.url}/hips/public/${map}`, 'out=again', 'MIRROR')).toMatch(/unclonable/)
        // Once more: one request.
        expect((await mirrorMap({ url: nginx.url, allowPrivate: true }, world())).requests).toBe(1)
        // Another release of the same files: all of them by HEAD, none fetched; six that are not there are looked for.
        const path = join(tree, 'properties')
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace(/^hips_release_date.*$/m, 'hips_release_date = 2030-01-01T00:00Z'),
        )
        const update = await mirrorMap({ url: nginx.url, allowPrivate: true }, world())
        expect([update.fetched, update.kept]).toEqual([0, fetched])
        expect(update.requests).toBe(requests)
      } finally {
        await nginx.stop()
      }
    },
    60_000,
  )
})

async function serveByNginx(root: string): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const http = `access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; root ${root}; }`
  const config = join(folder, 'nginx.conf')
  // Our user's, whoever we are: a root's nginx would give its workers another one.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  writeFileSync(
    config,
    `${user} daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; events {}\nhttp { ${http} }\n`,
  )
  const child: ChildProcess = spawn('nginx', ['-c', config, '-e', join(folder, 'nginx.log')], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  await expect
    .poll(
      () =>
        fetch(`${url}/properties`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(200)
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
