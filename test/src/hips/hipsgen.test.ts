import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hash } from '#src/healpix'
import { hipslist, lintProperties, tilePath, writeProperties } from '#src/hips'
import { HIPSGEN_JAR, hipsgen, PYTHON, python } from '../../support/optional.ts'
import { DEEPEST, type SmallMap, STAR, WIDTH, writeSmallMap } from './small-map.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-hips-'))
let map: SmallMap
let server: Server
let url: string

beforeAll(async () => {
  map = writeSmallMap(folder)
  server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/+/, '')
    try {
      response.end(
        path === 'hipslist'
          ? hipslist([{ properties: map.properties, serviceUrl: url }])
          : readFileSync(join(folder, path)),
      )
    } catch {
      response.writeHead(404).end()
    }
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Output of a program without its colours; the loop stays free to serve. */
function run(program: string, ...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (part: string) => {
        text += part
      })
    }
    child.on('error', reject)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of terminal colours
    child.on('close', () => resolve(text.replace(/\u001b\[[0-9;]*m/g, '')))
  })
}
const java = (main: string, ...args: string[]) =>
  run('java', '-Djava.awt.headless=true', '-Xmx400m', '-cp', HIPSGEN_JAR, `cds.allsky.${main}`, ...args)
const faults = (text: string) => text.split('\n').filter((line) => /\*(ERROR|WARN)/.test(line))

const judge = hipsgen()
describe.skipIf(!judge.found)(judge.says('a map made with these rooms, judged by Hipsgen'), () => {
  it('has the check codes it says', async () => {
    const text = await java('HipsGen', `out=${folder}`, 'CHECK')
    expect(text).toContain('compliant with check codes')
  })

  it('has the data sums it says', async () => {
    const text = await java('HipsGen', `out=${folder}`, 'CHECKDATASUM')
    expect(text).toContain('compliant with Fits check code')
    expect(text).not.toContain('has not DATASUM')
  })

  it('is without fault over HTTP, and so is the list of the node', async () => {
    const text = await java('HipsGen', `out=${url}`, 'LINT')
    expect(faults(text)).toEqual([])
    expect(text).toContain('is fully IVOA HiPS 1.0 compatible')
    const list = await java('HipsLint', `${url}/hipslist`)
    expect(list.split('\n').filter((line) => line.includes('*ERROR'))).toEqual([])
  })

  it('has tiles of the right kind and width up to order 0: with no Moc.fits Hipsgen looks at them', async () => {
    rmSync(join(folder, 'Moc.fits'))
    const text = await java('HipsGen', `out=${folder}`, 'LINT')
    expect(faults(text).filter((line) => !line.includes('Moc.fits'))).toEqual([])
    expect(text).toContain('tile test hierarchy')
  })

  it('is faulted by Hipsgen for the keys that our lint faults', async () => {
    const broken: Record<string, string> = {
      hips_status: 'public private',
      hips_tile_format: 'png,fits',
      creator_did: 'CDS/P/x',
      hips_release_date: 'yesterday',
      hips_creation_date: '2026-13-40',
      hips_tile_width: 'wide',
      hips_initial_ra: 'east',
      obs_regime: 'Optical Infrared',
      moc_sky_fraction: '1.5',
      hips_pixel_bitpix: '-33',
    }
    const text = writeProperties(new Map([...map.properties, ...Object.entries(broken)]))
    writeFileSync(join(folder, 'properties'), text)
    const theirs = faults(await java('HipsGen', `out=${url}`, 'LINT')).filter((line) => !line.includes('Moc.fits'))
    const ours = lintProperties(text).map(({ key }) => key)
    expect(ours.toSorted()).toEqual(Object.keys(broken).toSorted())
    expect(theirs.length).toBeGreaterThanOrEqual(Object.keys(broken).length)
  })
})

const oracle = python('healpy', 'astropy', 'PIL')
describe.skipIf(!oracle.found)(oracle.says('a map made with these rooms, read by astropy and healpy'), () => {
  it('has its star where it belongs at every order: by the tile cards, by HEALPix, and in the picture', async () => {
    const tiles = Array.from({ length: DEEPEST + 1 }, (_, order) => {
      const npix = hash(order, STAR.lonRad, STAR.latRad)
      return [order, npix, tilePath({ order, npix, format: 'fits' }), tilePath({ order, npix, format: 'png' })]
    })
    const script = `
import json, sys, numpy as np, healpy as hp
from PIL import Image
from astropy.io import fits
from astropy.wcs import WCS
W = ${WIDTH}
star = hp.ang2vec(np.pi / 2 - ${STAR.latRad}, ${STAR.lonRad})
def away(v): return float(np.arccos(np.clip(np.dot(star, v), -1, 1)))
out = []
for order, npix, path, picture in json.loads(sys.argv[1]):
    data, header = fits.getdata(path, header=True)
    j, i = np.unravel_index(np.nanargmax(data), data.shape)
    lon, lat = WCS(header).all_pix2world(i, j, 0)
    by_cards = hp.ang2vec(np.pi / 2 - np.radians(lat), np.radians(lon))
    sub = int(np.log2(W))
    x, y = W - 1 - int(j), int(i)
    inner = sum(((x >> b & 1) << 2 * b) | ((y >> b & 1) << 2 * b + 1) for b in range(sub))
    by_cell = np.array(hp.pix2vec(2 ** (order + sub), npix * W * W + inner, nest=True))
    grey = np.asarray(Image.open(picture))[..., 0]
    r, c = np.unravel_index(grey.argmax(), grey.shape)
    out.append([away(by_cards), away(by_cell), hp.nside2resol(2 ** (order + sub)), [int(header['ORDER']), int(header['NPIX'])],
                [int(r), int(c)], [x, y]])
print(json.dumps(out))`
    const found = JSON.parse(await run(PYTHON, '-c', script, JSON.stringify(tiles)))
    for (const [k, [byCards, byCell, pixel, address, brightest, cell]] of found.entries()) {
      expect(byCards).toBeLessThan(pixel)
      expect(byCell).toBeLessThan(pixel)
      expect(Math.abs(byCards - byCell)).toBeLessThan(1e-9)
      expect(address).toEqual(tiles[k].slice(0, 2))
      // Row from the top and column of the picture are x and y of the cell.
      expect(brightest).toEqual(cell)
    }
  })
})
