// What `npm pack` publishes: Node refuses to strip types below node_modules, so the package carries compiled
// JavaScript. `prepack` compiles into dist/ and points package.json there; `postpack` puts package.json back.
//   node scripts/pack.ts prepack | postpack

import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const MANIFEST = join(ROOT, 'package.json')
const BACKUP = join(ROOT, '.package-json.backup')
const DIST = join(ROOT, 'dist')

function compile(): void {
  rmSync(DIST, { recursive: true, force: true })
  for (const project of ['scripts/tsconfig.pack.json', 'workers/tsconfig.pack.json']) {
    const tsc = spawnSync('tsc', ['-p', project], { cwd: ROOT, stdio: 'inherit' })
    if (tsc.status !== 0) throw new Error(`tsc -p ${project} ended with status ${tsc.status}`)
  }
  for (const name of readdirSync(DIST, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue
    // Workers and threads are named by URL, which the compiler leaves alone.
    const text = readFileSync(join(DIST, name), 'utf8')
    writeFileSync(join(DIST, name), text.replace(/(['"`])(\.{1,2}\/[^'"`\n]*)\.ts\1/g, '$1$2.js$1'))
  }
  cpSync(join(ROOT, 'workers/site'), join(DIST, 'workers/site'), { recursive: true }) // served as it is
}

function packedManifest(): string {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'))
  manifest.imports = { '#src/*': './dist/src/*/index.js' }
  manifest.exports = {
    './*': { types: './dist/src/*/index.d.ts', default: './dist/src/*/index.js' },
    './package.json': './package.json',
  }
  manifest.bin = { skyedge: 'dist/scripts/skyedge.js' }
  delete manifest.devDependencies
  delete manifest.scripts
  delete manifest.allowScripts
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const step = process.argv[2]
if (step === 'prepack') {
  if (existsSync(BACKUP)) renameSync(BACKUP, MANIFEST) // an earlier pack was interrupted
  compile()
  copyFileSync(MANIFEST, BACKUP)
  writeFileSync(MANIFEST, packedManifest())
} else if (step === 'postpack') {
  if (existsSync(BACKUP)) renameSync(BACKUP, MANIFEST)
} else {
  console.error('usage: node scripts/pack.ts prepack | postpack')
  process.exitCode = 2
}
