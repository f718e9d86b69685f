// Nested cells per second at several orders, pixel directions of a HiPS tile, and coverings; healpy beside the first.

import { spawnSync } from 'node:child_process'
import { coneRanges, hash, tileGrid } from '#src/healpix'
import { PYTHON, python } from '../support/optional.ts'
import { type Benchmark, cpuMs, type Figure } from './result.ts'

const POINTS = 2_000_000
const ORDERS = [8, 12, 17, 24]

function points(): [lon: Float64Array, lat: Float64Array] {
  let state = 7
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const lon = Float64Array.from({ length: POINTS }, () => random() * 2 * Math.PI)
  return [lon, Float64Array.from({ length: POINTS }, () => Math.asin(2 * random() - 1))]
}

/** CPU milliseconds of the best of three. */
function best(work: () => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < 3; k++) {
    const before = cpuMs()
    work()
    least = Math.min(least, cpuMs() - before)
  }
  return least
}

function peer(order: number): Figure {
  const script = [
    'import time, numpy as np, healpy as hp',
    'r = np.random.default_rng(7)',
    `t = np.arccos(r.uniform(-1, 1, ${POINTS})); p = r.uniform(0, 2 * np.pi, ${POINTS}); best = 1e9`,
    'for k in range(3):',
    `    a = time.process_time(); hp.ang2pix(2 ** ${order}, t, p, nest=True); best = min(best, time.process_time() - a)`,
    `print(${POINTS} / best / 1e6)`,
  ].join('\n')
  const value = Number(spawnSync(PYTHON, ['-c', script], { encoding: 'utf8' }).stdout)
  return { what: `healpy ang2pix, order ${order}`, value, unit: 'M cells/CPU-s' }
}

export const bench: Benchmark = {
  name: 'healpix',
  about: 'position to nested cell, directions of tile pixels, coverings; beside healpy',
  async run() {
    const [lon, lat] = points()
    let sum = 0
    const cells = ORDERS.map((order): Figure => {
      const ms = best(() => {
        for (let i = 0; i < POINTS; i++) sum += hash(order, lon[i], lat[i])
      })
      return { what: `hash, order ${order}`, value: POINTS / ms / 1000, unit: 'M cells/CPU-s' }
    })
    const row = new Float64Array(3 * 512)
    const tile = best(() => {
      const grid = tileGrid(8, 1234)
      for (let j = 0; j < 512; j++) grid.vectorRow(j, row)
    })
    const cone = best(() => {
      sum += coneRanges(12, 1, 0.5, Math.PI / 180).length
    })
    const peers = python('healpy').found ? ORDERS.map(peer) : []
    return {
      name: 'healpix',
      figures: [
        ...cells,
        { what: 'directions of all pixels of a 512 x 512 tile', value: tile, unit: 'ms CPU' },
        { what: 'cone of 1 deg at order 12', value: cone, unit: 'ms CPU' },
      ],
      peers,
      ratios: peers.map(({ value }, k) => ({
        what: `CPU per cell beside healpy, order ${ORDERS[k]}`,
        value: value / cells[k].value,
        unit: 'x',
      })),
      notes: [`target: at least 4 M cells per CPU second at every order${sum > 0 ? '' : '; nothing was counted'}`],
    }
  },
}
