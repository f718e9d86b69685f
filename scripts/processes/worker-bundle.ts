// A worker as one ES module, from its sources: what `npm start` and `skyedge serve-edge` run. `wrangler` makes the
// same for a deployment.

import { join, resolve } from 'node:path'
import { build, type Metafile, stop } from 'esbuild'

/** The folder above `scripts`: of the checkout, or of the installed package's `dist`. */
const ROOT = resolve(import.meta.dirname, '../..')

export type WorkerName = 'edge' | 'region' | 'availability'

/** The date whose behaviour of workerd the workers are written for; the same as in wrangler.toml. */
export const COMPATIBILITY_DATE = '2026-10-01'
export const COMPATIBILITY_FLAGS = ['no_nodejs_compat']

export interface WorkerBundle {
  readonly code: string
  readonly meta: Metafile
}

/** esbuild is one process for all of us: whoever bundles last stops it. */
let bundling = 0

export async function bundleWorkers<N extends WorkerName>(...names: readonly N[]): Promise<Record<N, WorkerBundle>> {
  bundling++
  try {
    const bundles = await Promise.all(names.map(async (name) => [name, await bundle(name)] as const))
    return Object.fromEntries(bundles) as Record<N, WorkerBundle>
  } finally {
    // Its process would stay as long as ours.
    if (--bundling === 0) await stop()
  }
}

async function bundle(name: WorkerName): Promise<WorkerBundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, 'workers', name, 'main')],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    // Names stay, for the traces of errors.
    minifyWhitespace: true,
    minifySyntax: true,
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    logLevel: 'silent',
  })
  return { code: outputFiles[0].text, meta: metafile }
}
