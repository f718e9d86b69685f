import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageHeader } from '#src/fits'
import { opticsOf, pixelToSky } from '../../scripts/demo/optics.ts'
import { makePlan } from '../../scripts/demo/plan.ts'
import { makeScene, supernovaFlux } from '../../scripts/demo/scene.ts'
import type { Truth } from '../../scripts/demo/truth.ts'
import { makeDemoSurvey } from '../../scripts/demo-survey.ts'
import { loneliness, lonelyStars, measure, openDemo, pixelOf, readTruth } from '../support/demo.ts'
import { command, PYTHON, python } from '../support/optional.ts'

const SIZE = { detectorPx: 224, nights: 4, stars: 380 }
const root = mkdtempSync(join(tmpdir(), 'demo-'))
const folder = join(root, 'a')
let truth: Truth

beforeAll(async () => {
  await makeDemoSurvey(folder, { seed: 7, size: SIZE, threads: 2 })
  truth = readTruth(folder)
})
afterAll(() => rmSync(root, { recursive: true }))

const filesOf = (where: string) =>
  readdirSync(where, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(where, name)).isFile())
    .sort()
const digest = (where: string) =>
  filesOf(where).map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(where, name)))
        .digest('hex')}`,
  )

describe('the demo survey', () => {
  it('is the same to the byte from the same seed, in one thread or two, and another from another', async () => {
    const tiny = { detectorPx: 64, nights: 1, stars: 20 }
    const make = async (name: string, seed: number, threads: number) => {
      await makeDemoSurvey(join(root, name), { seed, threads, size: tiny })
      return digest(join(root, name))
    }
    const first = await make('b', 3, 0)
    expect(first.length).toBe(3 * 4 * 2 + 12 + 1 + 1)
    expect(await make('c', 3, 2)).toEqual(first)
    const other = await make('d', 4, 0)
    expect(other.filter((line) => first.includes(line))).toEqual([])
  })

  it('tells its progress to the end and names every file in its truth', async () => {
    const seen: number[] = []
    const where = join(root, 'e')
    const { files, bytes } = await makeDemoSurvey(where, {
      threads: 0,
      size: { detectorPx: 64, nights: 1, stars: 5 },
      onProgress: ({ done, total }) => seen.push(done / total),
    })
    expect(seen.at(-1)).toBe(1)
    const { epochs, coadds, level3 } = readTruth(where)
    const named = [
      ...epochs.flatMap((e) => [...e.files, ...e.lossyFiles]),
      ...[...coadds, ...level3].map((c) => c.file),
    ]
    expect([...named, 'truth.json'].sort()).toEqual(filesOf(where))
    expect(files).toBe(named.length + 1)
    expect(bytes).toBe(filesOf(where).reduce((sum, name) => sum + statSync(join(where, name)).size, 0))
  })

  const fitsverify = command('fitsverify')
  it.skipIf(!fitsverify.found)(fitsverify.says('writes files that fitsverify finds no fault with'), () => {
    const { files, lossyFiles } = truth.epochs[0]
    const some = [files[0], lossyFiles[0], truth.coadds[0].file, truth.level3[0].file]
    for (const name of some) {
      const said = execFileSync('fitsverify', [join(folder, name)], { encoding: 'utf8' })
      expect(said).toContain('0 warning(s) and 0 error(s)')
    }
  })

  it('lays an exposure out as afw does, with its time, band and coordinates', async () => {
    const epoch = truth.epochs[4]
    const demo = await openDemo(folder, epoch.files[2])
    expect(demo.hdus.map(({ name, kind }) => [name, kind])).toEqual([
      ['', 'empty'],
      ['IMAGE', 'image'],
      ['MASK', 'compressed-image'],
      ['VARIANCE', 'image'],
    ])
    expect(epoch.files[2]).toBe('calexp/00005/calexp-00005-2-r.fits')
    expect(demo.primary.get('BAND')).toBe('r')
    expect(demo.primary.get('DETECTOR')).toBe(2)
    expect(demo.primary.number('MJD-AVG')).toBeCloseTo(epoch.mjd, 9)
    expect(demo.primary.string('DATE-OBS')).toMatch(/^2024-12-1\dT\d\d:\d\d:\d\d\.\d{3}$/)
    const mask = imageHeader(demo.hdus[2])
    expect([mask.get('MP_BAD'), mask.get('MP_CR'), mask.get('MP_NO_DATA')]).toEqual([0, 3, 8])
    expect(demo.wcs.distortion).toBe('SIP')
  })

  it('has coordinates that our reader and the simulator agree on to a millionth of a pixel', async () => {
    const plan = makePlan(7, SIZE)
    for (const detector of [0, 3]) {
      const optics = opticsOf(plan, plan.visits[3], detector)
      const demo = await openDemo(folder, truth.epochs[3].files[detector])
      let corner = 0
      for (let k = 0; k < 100; k++) {
        const [x, y] = [(k * 37) % 224, (k * 53) % 224]
        const { raDeg, decDeg } = pixelToSky(optics, x, y)
        const [px, py] = pixelOf(demo, raDeg, decDeg)
        expect(Math.hypot(px - x, py - y)).toBeLessThan(1e-6)
        const { a, b } = optics.sip!
        const [u, v] = [x - optics.reference[0], y - optics.reference[1]]
        corner = Math.max(corner, Math.hypot(a.value(u, v), b.value(u, v)))
      }
      expect(corner).toBeGreaterThan(2)
    }
  })
})

describe('stars of the demo survey', () => {
  it('stand where the truth says, with the flux it says, in exposures', async () => {
    let [count, sumX, sumY] = [0, 0, 0]
    const ratios: number[] = []
    for (const { band, files } of truth.epochs)
      for (const file of files) {
        const demo = await openDemo(folder, file)
        for (const { flux, pixel } of lonelyStars(truth, band, demo, 150_000)) {
          const found = measure(demo, ...pixel)
          if (!found) continue
          expect(Math.hypot(found.dx, found.dy)).toBeLessThan(0.1)
          count++
          sumX += found.dx
          sumY += found.dy
          ratios.push(found.flux / flux)
        }
      }
    expect(count).toBeGreaterThan(30)
    expect(Math.abs(sumX / count)).toBeLessThan(0.02)
    expect(Math.abs(sumY / count)).toBeLessThan(0.02)
    // Of the light 1 to 2 percent lies in the wings beyond the aperture.
    expect(Math.abs(ratios.sort()[ratios.length >> 1] - 0.985)).toBeLessThan(0.015)
  })

  it('keep place and flux through resampling and coaddition', async () => {
    const ratios: number[] = []
    for (const { band, file } of truth.coadds) {
      const demo = await openDemo(folder, file)
      for (const { flux, pixel } of lonelyStars(truth, band, demo, 100_000)) {
        const found = measure(demo, ...pixel)
        if (!found) continue
        expect(Math.hypot(found.dx, found.dy)).toBeLessThan(0.1)
        ratios.push(found.flux / flux)
      }
    }
    expect(ratios.length).toBeGreaterThan(30)
    expect(Math.abs(ratios.sort()[ratios.length >> 1] - 0.975)).toBeLessThan(0.02)
  })

  const astropy = python('astropy')
  it.skipIf(!astropy.found)(astropy.says('are found by astropy where we find them'), async () => {
    for (const [file, band] of [
      [truth.epochs[1].files[0], 'r'],
      [truth.epochs[1].lossyFiles[1], 'r'],
      [truth.coadds[0].file, truth.coadds[0].band],
    ] as const) {
      const demo = await openDemo(folder, file)
      const stars = lonelyStars(truth, band, demo, 100_000).filter(({ pixel }) => measure(demo, ...pixel))
      expect(stars.length).toBeGreaterThan(0)
      const script = resolve(import.meta.dirname, '../reference/demo_check.py')
      const input = JSON.stringify(stars.map(({ star }) => [star.raDeg, star.decDeg]))
      const said = execFileSync(PYTHON, [script, join(folder, file)], { input, encoding: 'utf8' })
      for (const [k, [dx, dy, flux]] of (JSON.parse(said) as number[][]).entries()) {
        const ours = measure(demo, ...stars[k].pixel)!
        expect(Math.hypot(dx, dy)).toBeLessThan(0.1)
        expect(dx).toBeCloseTo(ours.dx, 3)
        expect(dy).toBeCloseTo(ours.dy, 3)
        expect(flux / ours.flux).toBeCloseTo(1, 2)
      }
    }
  })
})

describe('what changes in the demo survey', () => {
  it('the variable follows its sine and the moving object its line', async () => {
    let [variable, mover] = [0, 0]
    for (const { visit, band, files } of truth.epochs) {
      const flux = truth.variable.epochs.find((epoch) => epoch.visit === visit)!.flux
      const place = truth.mover.epochs.find((epoch) => epoch.visit === visit)!
      for (const file of files) {
        const demo = await openDemo(folder, file)
        const star = measure(demo, ...pixelOf(demo, truth.variable.raDeg, truth.variable.decDeg))
        if (star) {
          variable++
          expect(Math.abs(star.flux / flux - 0.985)).toBeLessThan(0.08)
        }
        const pixel = pixelOf(demo, place.raDeg, place.decDeg)
        const moving = loneliness(truth, band, demo, 0.04)(pixel, truth.mover.flux[band]) && measure(demo, ...pixel)
        if (moving) {
          mover++
          expect(Math.hypot(moving.dx, moving.dy)).toBeLessThan(0.25)
        }
      }
    }
    expect(variable).toBeGreaterThan(6)
    expect(mover).toBeGreaterThanOrEqual(4)
  })

  it('the supernova is absent in the first nights of the full survey, rises, and fades sooner in the blue', () => {
    const plan = makePlan(7)
    const scene = makeScene(plan)
    const curve = (band: 'g' | 'r' | 'i') =>
      plan.visits.filter((visit) => visit.band === band).map(({ mjdMiddle }) => supernovaFlux(scene, band, mjdMiddle))
    const [g, i] = [curve('g'), curve('i')]
    expect(g[0]).toBe(0)
    expect(Math.max(...g)).toBeGreaterThan(100_000)
    expect(g.at(-1)! / Math.max(...g)).toBeLessThan(i.at(-1)! / Math.max(...i))
  })
})

describe('masks, twins and coadds of the demo survey', () => {
  it('lossy twins keep the mask and the holes, and the pixels within the noise', async () => {
    const { files, lossyFiles } = truth.epochs[0]
    const plain = await openDemo(folder, files[1])
    const lossy = await openDemo(folder, lossyFiles[1])
    expect(lossy.mask.data).toEqual(plain.mask.data)
    let [worst, holes] = [0, 0]
    plain.image.data.forEach((value: number, i: number) => {
      expect(Number.isNaN(lossy.image.data[i])).toBe(Number.isNaN(value))
      if (Number.isNaN(value)) holes++
      else worst = Math.max(worst, Math.abs(lossy.image.data[i] - value) / Math.sqrt(plain.variance.data[i]))
    })
    expect(holes).toBeGreaterThan(192)
    expect(worst).toBeLessThan(0.6)
    expect(statSync(join(folder, lossyFiles[1])).size).toBeLessThan(0.5 * statSync(join(folder, files[1])).size)
  })

  it('coadds leave out cosmic rays, say what went in, and agree where patches overlap', async () => {
    const [zero, one] = [await openDemo(folder, truth.coadds[4].file), await openDemo(folder, truth.coadds[5].file)]
    expect(zero.primary.get('NCOMB')).toBe(4)
    expect(zero.hdus.at(-1)?.name).toBe('INPUTS')
    const CR = 8
    expect(zero.mask.data.some((bits: number) => (bits & CR) !== 0)).toBe(false)
    const shift = zero.wcs.worldToPixel(...(one.wcs.pixelToWorld(0, 0) as unknown as [number, number]))!
    const [dx, dy] = [Math.round(shift[0]), Math.round(shift[1])]
    expect([Math.abs(shift[0] - dx), dy]).toEqual([expect.closeTo(0, 6), 0])
    let same = 0
    for (let y = 10; y < zero.image.height; y += 7)
      for (let x = 0; dx + x < zero.image.width; x += 3) {
        const a = zero.image.data[y * zero.image.width + dx + x]
        const b = one.image.data[y * one.image.width + x]
        if (Number.isNaN(a) || Number.isNaN(b)) continue
        same++
        const noise = Math.sqrt(one.variance.data[y * one.image.width + x])
        expect(Math.abs(a - b) / noise).toBeLessThan(0.2)
      }
    expect(same).toBeGreaterThan(100)
  })

  it('leaves no half-written file', () => {
    expect(filesOf(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(existsSync(join(folder, 'truth.json'))).toBe(true)
  })
})
