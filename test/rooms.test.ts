// Who may import whom: the walls of the house, read from the import lines themselves.
// A room is a folder below `src`; the table says which other rooms its lines may name.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '..')

/** room -> rooms of src that it may import. What is not listed may import nothing of ours. */
const ALLOWED: Record<string, readonly string[]> = {
  runtime: [],
  storage: [],
  sky: [],
  xml: [],
  rights: [],
  provenance: [],
  healpix: ['sky'],
  wcs: ['sky'],
  fits: ['runtime', 'storage'],
  moc: ['sky', 'healpix', 'fits'],
  image: ['sky', 'wcs', 'runtime'],
  votable: ['xml'],
  caching: ['rights'],
  dali: ['sky', 'moc', 'xml', 'votable'],
  adql: ['sky', 'moc', 'votable'],
  obscore: ['sky', 'votable', 'rights', 'dali'],
  survey: ['sky', 'votable'],
  caom2: ['sky', 'xml', 'votable', 'obscore', 'rights'],
  hips: ['sky', 'healpix', 'moc', 'fits', 'xml', 'storage'],
  datalink: ['xml', 'votable', 'dali'],
  uws: ['xml', 'dali'],
  vosi: ['xml', 'dali', 'votable'],
  registry: ['sky', 'xml', 'moc', 'votable', 'vosi'],
  services: ['*'],
}

/** What only a clock, a network, a disk or a process could give; in `src` these come in as arguments. */
const WORLD = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /(?<![.\w])fetch\(/,
  /\bconsole\./,
  /(?<![.\w])process\./,
  /\bBuffer\./,
]

interface Line {
  file: string
  from: string
}

function filesBelow(folder: string): string[] {
  const path = join(ROOT, folder)
  if (!statSync(path, { throwIfNoEntry: false })) return []
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')
}

function importsOf(file: string): Line[] {
  const text = withoutComments(readFileSync(join(ROOT, file), 'utf8'))
  const pattern = /(?:^|[\n;])\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g
  return [...text.matchAll(pattern)].map((match) => ({ file, from: match[1] ?? match[2] }))
}

const roomOf = (file: string) => (file.split('/').length > 2 ? file.split('/')[1] : undefined)
const sourceFiles = filesBelow('src')
const sourceImports = sourceFiles.flatMap(importsOf)

describe('the rooms', () => {
  it('import only the rooms they may', () => {
    const trespass = sourceImports.filter(({ file, from }) => {
      if (!from.startsWith('#src/')) return false
      const allowed = ALLOWED[roomOf(file) ?? ''] ?? []
      return !allowed.includes('*') && !allowed.includes(from.slice('#src/'.length))
    })
    expect(trespass).toEqual([])
  })

  it('are all named in the table', () => {
    const rooms = new Set(sourceFiles.map(roomOf).filter((room) => room !== undefined))
    expect([...rooms].filter((room) => !(room in ALLOWED))).toEqual([])
  })

  it('have no cycle between them', () => {
    const arrows = new Map<string, Set<string>>()
    for (const { file, from } of sourceImports) {
      const room = roomOf(file)
      if (!room || !from.startsWith('#src/')) continue
      arrows.set(room, (arrows.get(room) ?? new Set()).add(from.slice('#src/'.length)))
    }
    const reach = (room: string, seen: string[]): string[] | undefined => {
      if (seen.includes(room)) return [...seen, room]
      for (const next of arrows.get(room) ?? []) {
        const cycle = reach(next, [...seen, room])
        if (cycle) return cycle
      }
    }
    for (const room of arrows.keys()) expect(reach(room, [])).toBeUndefined()
  })

  it('are entered by their index only, and never by a relative path', () => {
    const climbs = sourceImports.filter(({ file, from }) => {
      if (!from.startsWith('.')) return false
      const target = relative(ROOT, resolve(ROOT, dirname(file), from))
      return roomOf(target) !== roomOf(file) || (target.split('/').length === 3 && target.endsWith('/index.ts'))
    })
    expect(climbs).toEqual([])
    const outside = ['workers', 'origin', 'scripts'].flatMap(filesBelow).flatMap(importsOf)
    expect(outside.filter(({ from }) => /^\.\.?\/.*\bsrc\//.test(from))).toEqual([])
  })

  it('know no runtime: src and the workers import no node:*, src and the origin no cloudflare:*', () => {
    const workers = filesBelow('workers').flatMap(importsOf)
    const origin = filesBelow('origin').flatMap(importsOf)
    expect([...sourceImports, ...workers].filter(({ from }) => from.startsWith('node:'))).toEqual([])
    expect([...sourceImports, ...origin].filter(({ from }) => from.startsWith('cloudflare:'))).toEqual([])
    expect(workers.filter(({ from }) => from.includes('/origin/'))).toEqual([])
    expect(origin.filter(({ from }) => from.includes('/workers/'))).toEqual([])
  })

  it('hold no clock, dice, network, console or process in src', () => {
    const found = sourceFiles.flatMap((file) => {
      const lines = withoutComments(readFileSync(join(ROOT, file), 'utf8')).split('\n')
      return lines
        .filter((line) => WORLD.some((pattern) => pattern.test(line)))
        .map((line) => `${file}: ${line.trim()}`)
    })
    expect(found).toEqual([])
  })

  it('read secrets and settings only where the house says', () => {
    const readers = ['workers', 'origin']
      .flatMap(filesBelow)
      .filter((file) => /process\.env\b/.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))))
    expect(readers.filter((file) => file !== 'origin/config.ts')).toEqual([])
  })
})
