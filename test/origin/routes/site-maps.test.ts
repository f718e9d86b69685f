// The part of the explorer's page that needs no browser.

import { afterEach, describe, expect, it, vi } from 'vitest'

const { firstOf, mapNamed, ownFirst } = await import(new URL('../../../workers/site/node.js', import.meta.url).href)

const map = (name: string, made: string) => ({ name, made })
const demo = ['demo/dr1/color', 'demo/dr1/g', 'demo/dr1/r'].map((name) => map(name, '2026-11-22T17:10Z'))

describe('the maps in the explorer', () => {
  afterEach(() => vi.unstubAllGlobals())

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

  it('are found by name while an older list is kept, at this node whatever their properties say', async () => {
    vi.stubGlobal('location', { href: 'https://sky.example/?map=my/new' })
    const text = '# by others\n\nobs_title = New\nhips_service_url = https://cds.example/new\n\nhips_order = 4\n'
    vi.stubGlobal('fetch', async (address: string) =>
      address === '/hips/public/my/new/properties' ? new Response(text) : new Response('', { status: 404 }),
    )
    expect(await mapNamed('my/new')).toMatchObject({
      name: 'my/new',
      path: '/hips/public/my/new',
      title: 'New',
      order: 4,
    })
    await expect(mapNamed('no/such')).rejects.toThrow('404')
  })

  it("are listed with the operator's own before the demo's", () => {
    expect(ownFirst([...demo, map('z/r', '')]).map(({ name }: { name: string }) => name)[0]).toBe('z/r')
  })
})
