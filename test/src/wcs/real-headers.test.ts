// Every image with celestial coordinates among real files, against astropy run here and now on the same files.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FitsHeader, type Hdu, imageHeader, readHdus } from '#src/fits'
import { contains, DEG, polygonTurn } from '#src/sky'
import { memorySource } from '#src/storage'
import { footprint, inIcrs, parseWcs, WcsError } from '#src/wcs'
import { PYTHON, python, shared, skyData } from '../../support/optional.ts'
import { arcsecBetween } from '../../support/wcs.ts'

const FOLDERS = ['wcs', 'decam', 'lsst-afw', 'sdss', 'galcen', 'dss', 'jwst-a2744', 'compressed']
const data = skyData()
const astropy = python('astropy')
const ready = data.found && astropy.found

interface Entry {
  path: string
  hdu: number
  ctype: string
  width: number
  height: number
  pixels: [number, number][]
  sky: ([number, number] | null)[]
  icrs: ([number, number] | null)[]
}

const filesBelow = (folder: string) =>
  readdirSync(shared(`data/sky/${folder}`), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(fits|fit|fz)$/.test(name))
    .map((name) => shared(join('data/sky', folder, name)))

const hdusOf = (path: string): Promise<Hdu[]> => readHdus(memorySource(path, readFileSync(path)))
const header = (hdu: Hdu): FitsHeader => (hdu.kind === 'compressed-image' ? imageHeader(hdu) : hdu.header)

describe.skipIf(!ready)(data.says(astropy.says('real headers')), () => {
  it.each(ready ? FOLDERS : [])('of %s give the positions that astropy gives', async (folder) => {
    const script = join(import.meta.dirname, '../../reference/wcs_grid.py')
    const text = execFileSync(PYTHON, [script, ...filesBelow(folder)], { maxBuffer: 1e8, encoding: 'utf8' })
    const entries: Entry[] = JSON.parse(text)
    expect(entries.length).toBeGreaterThan(0)
    const opened = new Map<string, Hdu[]>()
    for (const entry of entries) {
      if (!opened.has(entry.path)) opened.set(entry.path, await hdusOf(entry.path))
      const wcs = parseWcs((keyword) => header(opened.get(entry.path)![entry.hdu]).get(keyword))
      const icrs = inIcrs(wcs)
      // Both far inside what is asked: 1e-6 undistorted, 1e-3 distorted.
      const tolerance = wcs.projection === 'ZPN' ? 1e-6 : 1e-7
      let worst = 0
      let worstPx = 0
      entry.pixels.forEach(([x, y], i) => {
        const sky = entry.sky[i]
        const world = wcs.pixelToWorld(x, y)
        if (!sky || !world) {
          expect([entry.path, x, y, world === undefined]).toEqual([entry.path, x, y, sky === null])
          return
        }
        const turned = icrs.pixelToWorld(x, y)!
        worst = Math.max(worst, arcsecBetween(world, sky), arcsecBetween(turned, entry.icrs[i]!))
        const back = icrs.worldToPixel(turned[0], turned[1])!
        worstPx = Math.max(worstPx, Math.hypot(back[0] - x, back[1] - y))
      })
      expect(worst, entry.path).toBeLessThan(tolerance)
      expect(worstPx, entry.path).toBeLessThan(1e-8)
    }
  })

  it('have outlines that hold the centre of the image, and turn as DALI wants', async () => {
    for (const path of FOLDERS.flatMap(filesBelow)) {
      for (const hdu of await hdusOf(path).catch(() => [])) {
        if (hdu.image?.axes.length !== 2 || !hdu.header.has('CTYPE1')) continue
        const [width, height] = hdu.image.axes
        try {
          const wcs = inIcrs(parseWcs((keyword) => header(hdu).get(keyword)))
          const polygon = { kind: 'polygon', vertices: footprint(wcs, width, height) } as const
          const centre = wcs.pixelToWorld((width - 1) / 2, (height - 1) / 2)!
          expect(contains(polygon, centre[0], centre[1]), path).toBe(true)
          expect(polygonTurn(polygon), path).toBe(-1)
          expect(polygon.vertices.length, path).toBeLessThan(260)
          const outside = wcs.pixelToWorld(-2, -2)
          if (outside) expect(contains(polygon, outside[0], outside[1]), path).toBe(false)
        } catch (error) {
          // The one of them that is not read: IRAF's TNX.
          expect(error, path).toBeInstanceOf(WcsError)
          expect(path).toContain('tnx')
          expect(error).toMatchObject({ code: 'unsupported' })
        }
      }
    }
  })

  it('of M31 by HSC put the reference pixel at CRVAL', async () => {
    const [, image] = await hdusOf(shared('data/sky/lsst-afw/HSC-0908120-056-small.fits'))
    const wcs = parseWcs((keyword) => image.header.get(keyword))
    const world = wcs.pixelToWorld(image.header.number('CRPIX1')! - 1, image.header.number('CRPIX2')! - 1)!
    expect(wcs).toMatchObject({ frame: 'FK5', distortion: 'SIP', projection: 'TAN' })
    // A_0_0 and B_0_0 are absent: the reference pixel is not displaced.
    expect(world[0] / DEG).toBeCloseTo(image.header.number('CRVAL1')!, 10)
    expect(world[1] / DEG).toBeCloseTo(image.header.number('CRVAL2')!, 10)
  })
})
