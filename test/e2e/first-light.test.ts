// `npm start` as a user types it: from nothing to a sky in the browser's reach, and nothing left when it is stopped.

import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FitsHeader, readHdus, readWindow } from '#src/fits'
import { degToRad } from '#src/sky'
import { memorySource } from '#src/storage'
import { parseWcs } from '#src/wcs'
import { freePorts } from '../support/free-ports.ts'
import { hipsgen, shared, sharedFile } from '../support/optional.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MINUTES = 60_000

interface Started {
  readonly child: ChildProcess
  readonly urls: Record<'edge' | 'origin' | 'availability', string>
  readonly seconds: number
}

describe('npm start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-first-light-'))
  let now: Started

  async function start(): Promise<Started> {
    const [edge, origin, availability] = await freePorts(3)
    const since = Date.now()
    const child = spawn('npm', ['start'], {
      cwd: ROOT,
      detached: true,
      env: {
        ...process.env,
        SKYEDGE_DATA: folder,
        SKYEDGE_EDGE_PORT: String(edge),
        SKYEDGE_ORIGIN_PORT: String(origin),
        SKYEDGE_AVAILABILITY_PORT: String(availability),
      },
    })
    let said = ''
    const ready = new Promise<string>((done, fail) => {
      const listen = (piece: Buffer) => {
        said += piece
        const line = /^ready .*$/m.exec(said)
        if (line) done(line[0])
      }
      child.stdout?.on('data', listen)
      child.stderr?.on('data', listen)
      child.on('exit', (code) => fail(new Error(`npm start ended with ${code}: ${said.slice(-1000)}`)))
    })
    const urls = Object.fromEntries(
      (await ready)
        .split(' ')
        .slice(1)
        .map((part) => part.split('=', 2)),
    )
    return { child, urls, seconds: (Date.now() - since) / 1000 }
  }

  /** Processes that have our data folder in their environment. */
  const ours = () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => {
        try {
          return (
            readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder) &&
            !/^.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
          )
        } catch {
          return false
        }
      })

  async function stop(signal: 'SIGINT' | 'SIGTERM'): Promise<number> {
    const since = Date.now()
    // As a terminal does it: the whole group hears it.
    process.kill(-(now.child.pid as number), signal)
    while (ours().length > 0 && Date.now() - since < 10_000) await pause(50)
    return (Date.now() - since) / 1000
  }

  beforeAll(async () => {
    now = await start()
  }, 4 * MINUTES)
  afterAll(async () => {
    if (ours().length > 0) await stop('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }, MINUTES)

  const edge = (path: string, init?: RequestInit) => fetch(`${now.urls.edge}${path}`, init)
  const soda = (id: string, more: string) => `/soda/sync?ID=${encodeURIComponent(id)}${more}`

  it('serves the four demo maps, the explorer, the list and the board', async () => {
    const list = await (await edge('/hipslist')).text()
    for (const map of ['g', 'r', 'i', 'color']) expect(list).toContain(`${now.urls.edge}/hips/public/demo/dr1/${map}`)
    expect(await (await edge('/')).text()).toContain('Skyedge')
    const properties = await (await edge('/hips/public/demo/dr1/r/properties')).text()
    expect(properties).toMatch(/hips_status\s+= public master clonableOnce/)
    const board = await fetch(`${now.urls.availability}/?RESPONSEFORMAT=json`)
    expect(board.status).toBe(200)
    expect((await edge('/hips/full/demo/dr1/r/properties')).status).toBe(401)
  })

  it('answers the lines of docs/hips.md about the images behind a map', async () => {
    const text = readFileSync(resolve(ROOT, 'docs/hips.md'), 'utf8')
    const lines = [...text.matchAll(/^curl -s \$EDGE(\/hips\/\S*HpxFinder\/\S+)$/gm)].map(([, path]) => path)
    expect(lines.length).toBe(2)
    const [properties, all] = await Promise.all(lines.map(async (path) => (await edge(path)).text()))
    expect(properties).toMatch(/^dataproduct_type +=\smeta$/m)
    const images = all.trim().split('\n')
    expect(images.length).toBe(4)
    for (const line of images) {
      const { access, cutout } = JSON.parse(line) as Record<string, string>
      for (const link of [access, cutout]) expect([link, (await fetch(link)).status]).toEqual([link, 200])
    }
  })

  const judge = [hipsgen(), sharedFile('conformance/hips.sh')].find(({ found }) => !found)
  it.skipIf(judge)(
    judge?.says('has maps that Hipsgen copies whole') ??
      'has maps that Hipsgen copies whole, and finds nothing wrong with',
    async () => {
      const script = shared('conformance/hips.sh')
      const of = (map: string) => `${now.urls.edge}/hips/public/demo/dr1/${map}`
      const run = promisify(execFile)
      const verdict = (...args: string[]) =>
        run('bash', [script, ...args]).then(
          ({ stdout }) => stdout,
          ({ stdout }) => `failed: ${stdout}`,
        )
      for (const pair of [
        [[of('g')], [of('r')]],
        [[of('i')], [of('color'), `${now.urls.edge}/hipslist`]],
      ])
        for (const said of await Promise.all(pair.map((args) => verdict(...args))))
          expect(said).toMatch(/^mirrored [1-9]\d* tiles, 0 empty files\nok /)
    },
    MINUTES * 2,
  )

  it('cuts a star out where the truth says it is', async () => {
    const truth = JSON.parse(readFileSync(findTruth(folder), 'utf8'))
    const coadds = (await (await edge('/footprints?collection=demo.coadd')).json()).products
    const product = coadds.find(({ band }: { band: string }) => band === 'r')
    const [[raMax, decMin], , [raMin, decMax]] = product.footprint
    const bright = truth.stars
      .filter(
        ({ raDeg, decDeg }: Place) =>
          raDeg > raMin + 0.02 && raDeg < raMax - 0.02 && decDeg > decMin + 0.02 && decDeg < decMax - 0.02,
      )
      .sort((a: Star, b: Star) => fluxOf(b) - fluxOf(a))
    const star: Star = bright[0]
    const answer = await edge(soda(product.publisherDid, `&CIRCLE=${star.raDeg}%20${star.decDeg}%200.005`))
    expect(answer.status).toBe(200)
    const source = memorySource('cutout', new Uint8Array(await answer.arrayBuffer()))
    const hdus = await readHdus(source)
    expect(hdus.map(({ name }) => name)).toEqual(['', 'IMAGE', 'MASK', 'VARIANCE'])
    const image = hdus[1]
    const [width, height] = image.image?.axes ?? []
    const { data } = await readWindow(source, image, { x0: 0, y0: 0, x1: width, y1: height })
    let peak = 0
    for (let k = 1; k < data.length; k++) if (data[k] > data[peak]) peak = k
    const wcs = parseWcs((keyword) => (image.header as FitsHeader).get(keyword))
    const at = wcs.worldToPixel(degToRad(star.raDeg), degToRad(star.decDeg)) as Float64Array
    expect(Math.hypot((peak % width) - at[0], Math.floor(peak / width) - at[1])).toBeLessThan(1)
  })

  it('keeps the embargoed and the Level-3 product from strangers, and opens the map to who has rights', async () => {
    const { embargoedVisit } = JSON.parse(readFileSync(findTruth(folder), 'utf8'))
    const visit = String(embargoedVisit).padStart(5, '0')
    const band = ['g', 'r', 'i'].map((b) => `ivo://skyedge.example/dr1?demo.calexp-${visit}-0-${b}`)
    const refused = await Promise.all(band.map(async (id) => (await edge(soda(id, ''))).status))
    expect(refused).toContain(403)
    expect(refused).not.toContain(200)
    const secret = 'ivo://skyedge.example/dr1?demo.level3-supernova-stack-r'
    expect((await edge(soda(secret, ''))).status).toBe(401)

    const token = (...groups: string[]) =>
      JSON.parse(
        execFileSync(
          process.execPath,
          [
            join(ROOT, 'scripts/skyedge.ts'),
            'token',
            'issue',
            '--user',
            'ada',
            '--data-rights',
            'dr1',
            '--json',
            ...groups,
          ],
          { env: { ...process.env, SKYEDGE_DATA: folder }, encoding: 'utf8' },
        ),
      ).token
    const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } })
    const full = await edge('/hips/full/demo/dr1/r/properties', bearer(token()))
    expect(full.status).toBe(200)
    expect(await full.text()).toContain('private master unclonable')
    expect((await edge(soda(secret, ''), bearer(token()))).status).toBe(403)
    expect((await edge(soda(secret, ''), bearer(token('--groups', 'demo-team')))).status).toBe(200)
    // The bytes are in the edge's cache now: a stranger still gets none.
    expect((await edge(soda(secret, ''))).status).toBe(401)
  })

  it(
    'stops within 5 s on Ctrl-C and leaves no process; the next start finds the demo ready',
    async () => {
      expect(await stop('SIGINT')).toBeLessThan(5)
      expect(ours()).toEqual([])
      now = await start()
      expect(now.seconds).toBeLessThan(20)
      expect(await stop('SIGTERM')).toBeLessThan(5)
      expect(ours()).toEqual([])
      expect(
        spawnSync('sh', ['-c', `find ${folder} -name '*.part' -o -name '*.tmp'`], { encoding: 'utf8' }).stdout,
      ).toBe('')
    },
    MINUTES,
  )
})

interface Place {
  readonly raDeg: number
  readonly decDeg: number
}
interface Star extends Place {
  readonly flux: Record<string, number>
}
const fluxOf = ({ flux }: Star) => flux.r

function findTruth(folder: string): string {
  const name = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith('truth.json'))
  return join(folder, name ?? 'truth.json')
}
