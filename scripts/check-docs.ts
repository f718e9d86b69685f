// Sentences in our documents that a machine can hold against the tree: scripts, commands, settings, files, rooms.
//   node scripts/check-docs.ts        exit status 0 when all are true, 1 with one line per falsehood

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
const docs = readdirSync(ROOT)
  .concat(existsSync(join(ROOT, 'docs')) ? readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`) : [])
  .filter((name) => name.endsWith('.md'))
const found = new Set<string>()
const falsehood = (doc: string, sentence: string) => found.add(`${doc}: ${sentence}`)

const commands = new Set(readdirSync(join(ROOT, 'scripts/commands')).map((name) => name.replace(/\.ts$/, '')))
const settings = new Set(
  existsSync(join(ROOT, 'origin/config.ts')) ? (read('origin/config.ts').match(/\bSKYEDGE_[A-Z_]+\b/g) ?? []) : [],
)

for (const doc of docs) {
  const text = read(doc)
  for (const [, script] of text.matchAll(/npm run ([a-z][a-z:-]*)/g)) {
    if (!(script in manifest.scripts)) falsehood(doc, `names "npm run ${script}", which package.json does not have`)
  }
  for (const [, command] of text.matchAll(/npx skyedge ([a-z][a-z-]*)/g)) {
    if (!commands.has(command)) falsehood(doc, `names "skyedge ${command}", which scripts/commands does not have`)
  }
  for (const [setting] of text.matchAll(/\bSKYEDGE_[A-Z_]+\b/g)) {
    const inTests = /^SKYEDGE_(TEST|SHARED)/.test(setting)
    if (!inTests && !settings.has(setting)) falsehood(doc, `names ${setting}, which origin/config.ts does not read`)
  }
  for (const [, path] of text.matchAll(/`((?:src|origin|workers|test|scripts|docs|\.ci)\/[\w./-]*[\w/])`/g)) {
    if (!existsSync(join(ROOT, path))) falsehood(doc, `names ${path}, which is not there`)
  }
  for (const [, path] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
    if (!existsSync(join(ROOT, doc, '..', path))) falsehood(doc, `links to ${path}, which is not there`)
  }
}
const readme = existsSync(join(ROOT, 'README.md')) ? read('README.md') : ''
for (const setting of settings) {
  if (!readme.includes(setting)) falsehood('README.md', `does not document ${setting}`)
}

for (const line of found) console.log(line)
console.log(`${docs.length} documents, ${found.size} falsehoods`)
process.exitCode = found.size > 0 ? 1 : 0
