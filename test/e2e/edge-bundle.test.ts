// What is deployed to the edge: small, without pixels, and the same from wrangler as from us.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bundleWorkers, COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from '../../scripts/processes/worker-bundle.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const bundles = await bundleWorkers('edge', 'availability', 'region')

/**
 * Parsed by every isolate at its start, in memory that tiles could have. 163 kB, 52 kB compressed in November 2026, a third
 * of it Hono and jose: a fifth is left to grow, and what needs more has to say why.
 */
const BUDGET_BYTES = 195_000

/** Bytes of the bundle by the folder they come from. */
const sharesOf = (name: keyof typeof bundles) => {
  const [output] = Object.values(bundles[name].meta.outputs)
  return Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path)
}

describe('the edge bundle', () => {
  it('fits its budget: 195 kB, 62 kB compressed', () => {
    expect(bundles.edge.code.length).toBeLessThan(BUDGET_BYTES)
    expect(gzipSync(bundles.edge.code).length).toBeLessThan(62_000)
  })

  it('holds no pixel code, nothing of the origin, and no Node', () => {
    const pixels = /(?:^|\/)src\/(?:fits|image|wcs|adql)\/|(?:^|\/)origin\/|node_modules\/(?:pako|sharp|geotiff)\//
    expect(sharesOf('edge').filter((path) => pixels.test(path))).toEqual([])
    expect(bundles.edge.code).not.toMatch(/["']node:/)
  })

  it('leaves the availability worker tiny', () => {
    expect(bundles.availability.code.length).toBeLessThan(20_000)
    expect(sharesOf('availability').some((path) => path.includes('workers/edge'))).toBe(false)
  })

  it('is written for the day that wrangler.toml names', () => {
    for (const file of ['wrangler.toml', 'workers/availability/wrangler.toml']) {
      const text = readFileSync(join(ROOT, file), 'utf8')
      expect(text).toContain(`compatibility_date = "${COMPATIBILITY_DATE}"`)
      expect(text).toContain(`compatibility_flags = ${JSON.stringify(COMPATIBILITY_FLAGS)}`)
    }
  })

  it('is what wrangler would deploy, without a network', () => {
    const folder = mkdtempSync(join(tmpdir(), 'skyedge-deploy-'))
    try {
      const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1' }
      const args = ['deploy', '--dry-run', '--outdir', folder]
      const done = spawnSync(join(ROOT, 'node_modules/.bin/wrangler'), args, { cwd: ROOT, env, encoding: 'utf8' })
      expect([done.status, done.stderr]).toEqual([0, expect.anything()])
      expect(statSync(join(folder, 'main.js')).size).toBeLessThan(BUDGET_BYTES)
      expect(readFileSync(join(folder, 'main.js'), 'utf8')).not.toMatch(/from ["']node:/)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
