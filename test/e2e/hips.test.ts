// Maps judged by others: CDS's own DSS tiles, and CDS's Hipsgen over HTTP.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../origin/config.ts'
import { buildMap } from '../../origin/hips/build.ts'
import { buildColourMap } from '../../origin/hips/colour.ts'
import { readFitsTile } from '../../origin/hips/tile-bytes.ts'
import { tileFile } from '../../origin/hips/tile-files.ts'
import { type RunningOrigin, startOrigin } from '../../origin/serve.ts'
import { type MapWorld, mapWorld } from '../support/map-world.ts'
import { HIPSGEN_JAR, hipsgen, shared, skyData } from '../support/optional.ts'
import { CENTRE, slope, writeSkyImage } from '../support/sky-image.ts'

const dss = skyData('hips')

describe.skipIf(!dss.found)(dss.says('a map of a DSS plate'), () => {
  it('shows the same sky as CDS does, in the same orientation', async () => {
    const world = await mapWorld([{ path: shared('data/sky/dss/HorseHead.fits'), collection: 'dss' }])
    try {
      const { record } = await buildMap({ map: 'dss/red', from: ['dss'], formats: ['fits'], order: 7 }, world)
      const folder = join(world.dataFolder, 'hips', record.folder)
      const [order, npix] = [5, 5713]
      const ours = await readFitsTile(readFileSync(tileFile(folder, { order, npix, format: 'fits' })))
      const jpeg = sharp(shared(`data/sky/hips/DSS2_color/Norder${order}/Dir0/Npix${npix}.jpg`))
      const { data } = await jpeg.removeAlpha().raw().toBuffer({ resolveWithObject: true })
      const pairs: [number, number][] = []
      const turned: [number, number][] = []
      for (let row = 0; row < 512; row++)
        for (let column = 0; column < 512; column++) {
          const value = ours.data[(511 - row) * 512 + column]
          const theirs = (r: number, c: number) => data[3 * (r * 512 + c)]
          // JPEG shows nothing above white: neither do we count it.
          if (Number.isNaN(value) || theirs(row, column) > 245) continue
          pairs.push([value, theirs(row, column)])
          turned.push([value, theirs(511 - row, column)])
        }
      expect(pairs.length).toBeGreaterThan(5_000)
      expect(rankCorrelation(pairs)).toBeGreaterThan(0.98)
      expect(rankCorrelation(turned)).toBeLessThan(0.9)
    } finally {
      await world.close()
    }
  })
})

/** Spearman's: the JPEG's grey is an unknown rising function of the plate's density. */
function rankCorrelation(pairs: readonly (readonly [number, number])[]): number {
  const ranks = (values: number[]): Float64Array => {
    const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b])
    const rank = new Float64Array(values.length)
    for (let i = 0; i < order.length; ) {
      let end = i
      while (end < order.length && values[order[end]] === values[order[i]]) end++
      for (let k = i; k < end; k++) rank[order[k]] = (i + end - 1) / 2
      i = end
    }
    return rank
  }
  const a = ranks(pairs.map(([value]) => value))
  const b = ranks(pairs.map(([, value]) => value))
  const middle = (pairs.length - 1) / 2
  let ab = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - middle) * (b[i] - middle)
    aa += (a[i] - middle) ** 2
    bb += (b[i] - middle) ** 2
  }
  return ab / Math.sqrt(aa * bb)
}

const judge = hipsgen()

describe.skipIf(!judge.found)(judge.says('Hipsgen'), () => {
  let folder: string
  let world: MapWorld
  let origin: RunningOrigin

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'skyedge-hipsgen-'))
    const image = { ...CENTRE, width: 600, height: 500, scaleArcsec: 3, value: slope }
    const images = ['g', 'r', 'i'].map((band) => ({
      path: writeSkyImage(join(folder, `${band}.fits`), image),
      collection: 'sky',
      band,
    }))
    world = await mapWorld(images)
    for (const { band } of images)
      await buildMap({ map: `test/${band}`, from: ['sky'], band, publicOrder: 6, skipDeepest: band === 'r' }, world)
    await buildMap({ map: 'test/open', from: ['sky'], band: 'r', skipDeepest: true }, world)
    await buildColourMap({ map: 'test/color', from: ['sky'] }, ['test/g', 'test/r', 'test/i'], world)
    const config = loadConfig({ SKYEDGE_DATA: world.dataFolder, SKYEDGE_ORIGIN_PORT: '0' })
    origin = await startOrigin(config, world.catalog, { log: pino({ level: 'silent' }), clock: () => world.nowMs })
  })

  afterAll(async () => {
    await origin?.stop()
    await world?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Its exit status is always 0: what it says counts. */
  const run = (...args: string[]) => start('HipsGen', ...args)
  function start(program: 'HipsGen' | 'HipsLint', ...args: string[]): Promise<string> {
    const java = ['-Djava.awt.headless=true', '-Xmx1g', '-cp', HIPSGEN_JAR, `cds.allsky.${program}`, ...args]
    return new Promise((resolve) =>
      execFile('java', java, { cwd: folder, encoding: 'utf8', timeout: 120_000 }, (_, stdout, stderr) =>
        // biome-ignore lint/suspicious/noControlCharactersInRegex: it writes in colours
        resolve(`${stdout}${stderr}`.replace(/\u001b\[[0-9;]*m/g, '')),
      ),
    )
  }

  // Its last line always finds fault: it negates its own result.
  it('finds every map of the list to be what the list says', async () => {
    const said = await start('HipsLint', `${origin.url}/hipslist`)
    expect(said.match(/is fully IVOA HiPS 1.0 compatible/g)).toHaveLength(5)
    expect(said).not.toMatch(/\*(?:ERROR|WARN)/)
  })

  // `open` is copied with tiles that are made while it asks for them.
  it.each(['g', 'color', 'open'])('finds nothing wrong with %s, and copies every tile of it whole', async (name) => {
    const url = `${origin.url}/hips/public/test/${name}`
    const lint = await run(`out=${url}`, 'LINT')
    expect(lint).toContain('IVOA HiPS 1.0 compatible')
    expect(lint).not.toMatch(/\*(?:ERROR|WARN)/)
    const copy = join(folder, `copy-${name}`)
    await run(`in=${url}`, `out=${copy}`, 'MIRROR')
    expect(await run(`out=${copy}`, 'CHECK')).toContain('compliant with check codes')
    if (name !== 'color') expect(await run(`out=${copy}`, 'CHECKDATASUM')).toMatch(/compliant with Fits check code/i)
  })
})
