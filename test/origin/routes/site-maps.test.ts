// The part of the explorer's page that needs no browser.

import { describe, expect, it } from 'vitest'

const { firstOf, ownFirst } = await import(new URL('../../../workers/site/node.js', import.meta.url).href)

const map = (name: string, made: string) => ({ name, made })
const demo = ['demo/dr1/color', 'demo/dr1/g', 'demo/dr1/r'].map((name) => map(name, '2026-11-22T17:10Z'))

describe('the maps in the explorer', () => {
  it("show the demo's colour map on a new node", () => {
    expect(firstOf(demo).name).toBe('demo/dr1/color')
    expect(firstOf([])).toBeUndefined()
  })

  it("show the operator's newest map as soon as there is one, in colour where two are as new", () => {
    const own = [
      map('a/g', '2026-11-22T18:00Z'),
      map('z/color', '2026-11-22T18:00Z'),
      map('b/color', '2026-11-22T17:00Z'),
    ]
    expect(firstOf([...demo, ...own]).name).toBe('z/color')
    expect(firstOf([...demo, ...own, map('c/r', '2026-11-22T18:01Z')]).name).toBe('c/r')
  })

  it("are listed with the operator's own before the demo's", () => {
    expect(ownFirst([...demo, map('z/r', '')]).map(({ name }: { name: string }) => name)[0]).toBe('z/r')
  })
})
