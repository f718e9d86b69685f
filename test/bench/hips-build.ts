// HiPS from images: tile pixels per second and their CPU time, on generated TAN images of noise and stars, beside
// Hipsgen on the same images where it is installed. A process of its own each, so that memory is each one's own.

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { HIPSGEN_JAR, hipsgen } from '../support/optional.ts'
import { writeSkyImage } from '../support/sky-image.ts'
import type { Benchmark, Figure } from './result.ts'

const SIDE = 1024
const ACROSS = 3
const SCALE_ARCSEC = 0.5
const STEP = 900

export const bench: Benchmark = {
  name: 'hips-build',
  about: 'tiles of a HiPS from nine overlapping images: Mpix/s, CPU, memory',
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-bench-hips-'))
    try {
      const images = join(folder, 'in')
      mkdirSync(images)
      writeImages(images)
      const ours = await timed(process.execPath, [join(import.meta.dirname, 'support/build-map.ts'), images])
      const { tilePixels, tiles } = JSON.parse(ours.said) as { tilePixels: number; tiles: number }
      const figures: Figure[] = measured('build, all orders, PNG and FITS', ours, tilePixels)
      const peers: Figure[] = []
      if (hipsgen().found) {
        const did = 'ivo://skyedge.example/P/bench'
        const java = ['-Djava.awt.headless=true', '-Xmx2g', '-cp', HIPSGEN_JAR, 'cds.allsky.HipsGen']
        const steps = ['INDEX', 'TILES', 'PNG', 'CHECKCODE']
        const cuts = 'hips_pixel_cut=80 400 asinh'
        const made = [`in=${images}`, `out=${join(folder, 'peer')}`, `creator_did=${did}`, 'obs_title=bench', cuts]
        peers.push(...measured('Hipsgen', await timed('java', [...java, ...made, ...steps]), tilePixels))
      }
      const ratios =
        peers.length > 0
          ? [
              { what: 'tile pixels per second, ours over Hipsgen', value: figures[0].value / peers[0].value, unit: '' },
              { what: 'CPU, ours over Hipsgen', value: figures[1].value / peers[1].value, unit: '' },
            ]
          : []
      const notes = [
        `${ACROSS ** 2} images of ${SIDE}^2, ${SCALE_ARCSEC} arcsec; ${tiles} tiles; ${availableParallelism()} threads`,
        'tile pixels of every order count once, for both; starting the program is part of the time',
      ]
      return { name: 'hips-build', figures, peers, ratios, notes }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function writeImages(folder: string): void {
  let state = 1
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  for (let i = 0; i < ACROSS ** 2; i++) {
    const [dx, dy] = [(i % ACROSS) - 1, Math.floor(i / ACROSS) - 1]
    const step = (STEP * SCALE_ARCSEC) / 3600
    writeSkyImage(join(folder, `image-${i}.fits`), {
      raDeg: 150 + dx * step,
      decDeg: 2 + dy * step,
      width: SIDE,
      height: SIDE,
      scaleArcsec: SCALE_ARCSEC,
      value: () => 100 + 20 * (random() + random() + random() - 1.5) + (random() < 5e-4 ? 3000 * random() : 0),
    })
  }
}

interface Timed {
  readonly wallS: number
  readonly cpuS: number
  readonly peakMb: number
  readonly said: string
}

/** What /usr/bin/time would say, from the kernel: a shell waits for the child and reports its times. */
async function timed(command: string, args: readonly string[]): Promise<Timed> {
  const script = `
import json, resource, subprocess, sys, time
t = time.time()
out = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
u = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({'wallS': time.time() - t, 'cpuS': u.ru_utime + u.ru_stime, 'peakMb': u.ru_maxrss / 1024, 'said': out}))`
  const child = spawn('python3', ['-c', script, command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const piece of child.stdout) text += piece
  return JSON.parse(text) as Timed
}

function measured(what: string, { wallS, cpuS, peakMb }: Timed, tilePixels: number): Figure[] {
  return [
    { what: `${what}: tile pixels`, value: tilePixels / 1e6 / wallS, unit: 'Mpix/s' },
    { what: `${what}: CPU`, value: (cpuS * 1e3) / (tilePixels / 1e6), unit: 'ms/Mpix' },
    { what: `${what}: wall`, value: wallS, unit: 's' },
    { what: `${what}: peak memory`, value: peakMb, unit: 'MiB' },
  ]
}
