// The suite: `node` holds everything that runs in Node (src, origin, scripts, end to end),
// `edge` runs in workerd with Node compatibility off, `runtimes` runs one set of src tests in both.
import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const workerd = () =>
  cloudflareTest({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      cf: false,
      bindings: { EDGE_SECRET: 'only-for-tests-0123456789abcdef' },
      r2Buckets: ['REGION_STORE', 'PACKS'],
    },
  } as never)

export default defineConfig({
  test: {
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/workers/**', 'test/runtimes/**'],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          // Hundreds of tests start the command or the origin as a process of its own: compiled once, it starts in a third of
          // the time. Keyed by content and Node's version.
          env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/skyedge-tests') },
        },
      },
      { test: { name: 'runtimes-node', environment: 'node', include: ['test/runtimes/**/*.test.ts'] } },
      { plugins: [workerd()], test: { name: 'runtimes-workerd', include: ['test/runtimes/**/*.test.ts'] } },
      { plugins: [workerd()], test: { name: 'edge', include: ['test/workers/**/*.test.ts'] } },
    ],
  },
})
