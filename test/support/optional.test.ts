import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEBIAN } from './optional.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const needed = Object.values(DEBIAN).sort()

describe('what the suite needs of Debian', () => {
  it('is what CI installs', () => {
    const [, list] = /^packages="([^"]+)"/m.exec(read('.ci/run')) ?? []
    expect(list?.trim().split(/\s+/).sort()).toEqual(needed)
  })

  it('is what the README names', () => {
    const [, list] = /\(Debian: ([^)]+)\)/.exec(read('README.md')) ?? []
    expect(list?.split(/,\s+/).sort()).toEqual(needed)
  })
})
