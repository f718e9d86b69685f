// Purges on each store, and the generations that are made of them.

import { expect, it } from 'vitest'
import { generationOfProduct, generationsOfMaps, recentGenerations } from '../../../origin/catalog/generations.ts'
import { nearest, targetsNamed } from '../../../origin/catalog/purge-targets.ts'
import type { MapRecord } from '../../../origin/catalog/store.ts'
import { onEachCatalog } from '../../support/catalogs.ts'
import { fileAt, squareAt } from '../../support/products.ts'

const map = (name: string, collections: string[]) =>
  ({ map: name, collections, generation: `g-${name}`, modifiedMs: 1 }) as unknown as MapRecord

onEachCatalog('purges', ({ open }) => {
  it('count up, also when several come at once, and tell when the last was', async () => {
    const catalog = await open()
    expect(await catalog.purge({ kind: 'map', name: 'a' }, 5)).toEqual({ kind: 'map', name: 'a', count: 1, atMs: 5 })
    await Promise.all(Array.from({ length: 20 }, (_, i) => catalog.purge({ kind: 'map', name: 'a' }, 10 + i)))
    await catalog.purge({ kind: 'all', name: '' }, 7)
    const [all, a] = await catalog.purges()
    expect([all, a.count]).toEqual([{ kind: 'all', name: '', count: 1, atMs: 7 }, 21])
    expect(a.atMs).toBeGreaterThanOrEqual(10)
    expect(await catalog.purges(['collection', 'product'])).toEqual([])
    expect(await catalog.purgeCount([a, all, { kind: 'product', name: 'a' }])).toBe(22)
    await catalog.close()
  })

  it('raise the generation of a map by its own, its collections’ and everything’s, and of no other', async () => {
    const catalog = await open()
    const [one, two] = [map('one', ['x', 'y']), map('two', ['y'])]
    const seen = async () => {
      const generation = await generationsOfMaps(catalog)
      return [generation(one), generation(two)]
    }
    expect(await seen()).toEqual(['g-one', 'g-two'])
    await catalog.purge({ kind: 'map', name: 'one' }, 1)
    // A product that happens to be called as a map is another thing.
    await catalog.purge({ kind: 'product', name: 'two' }, 1)
    expect(await seen()).toEqual(['g-one.p1', 'g-two'])
    await catalog.purge({ kind: 'collection', name: 'y' }, 1)
    expect(await seen()).toEqual(['g-one.p2', 'g-two.p1'])
    await catalog.purge({ kind: 'all', name: '' }, 1)
    expect(await seen()).toEqual(['g-one.p3', 'g-two.p2'])
    await catalog.close()
  })

  it('raise the generation of a product by its own, its collection’s and everything’s', async () => {
    const catalog = await open()
    const product = squareAt('p', 1, 1, 0.1, { generation: 'g' })
    const seen = () => generationOfProduct(catalog, product)
    expect(await seen()).toBe('g')
    await catalog.purge({ kind: 'product', name: product.publisherDid }, 1)
    expect(await seen()).toBe('g.p1')
    await catalog.purge({ kind: 'collection', name: product.collection }, 1)
    await catalog.purge({ kind: 'all', name: '' }, 1)
    expect(await seen()).toBe('g.p3')
    await catalog.close()
  })

  it('are for what a name means: a map, a collection, a product by id or DID, or several of them', async () => {
    const catalog = await open()
    const product = squareAt('p', 1, 1, 0.1, { collection: 'same' })
    await catalog.change({ files: [fileAt('/a.fits')], products: [product] })
    await catalog.putMap(map('same', ['same']))
    await catalog.putMap(map('demo/dr1/r', ['same']))
    const meant = async (name: string) => (await targetsNamed(catalog, name, 'skyedge.example')).targets
    expect(await meant('same')).toEqual([
      { kind: 'map', name: 'same' },
      { kind: 'collection', name: 'same' },
    ])
    for (const name of ['p', product.publisherDid])
      expect(await meant(name)).toEqual([{ kind: 'product', name: product.publisherDid }])
    const { targets, near } = await targetsNamed(catalog, 'demo/dr1/x', 'skyedge.example')
    expect([targets, near]).toEqual([[], ['demo/dr1/r']])
    await catalog.close()
  })
})

it('reads the counts of maps once a second, and again after a failure', async () => {
  let reads = 0
  const catalog = {
    purges: async () => {
      reads++
      if (reads === 1) throw new Error('away')
      return []
    },
  } as never
  const recent = recentGenerations(catalog)
  await expect(recent(0)).rejects.toThrow('away')
  for (const nowMs of [0, 500, 999]) expect((await recent(nowMs))(map('a', []))).toBe('g-a')
  expect(reads).toBe(2)
  await recent(1000)
  // A clock that was set back does not freeze it.
  await recent(10)
  expect(reads).toBe(4)
})

it('suggests names that contain the word or are a few slips away', () => {
  const known = ['demo/dr1/g', 'demo/dr1/r', 'demo/dr1/color', 'sky']
  expect(nearest('color', known)).toEqual(['demo/dr1/color'])
  expect(nearest('demo/dr1/rr', known)[0]).toBe('demo/dr1/r')
  expect(nearest('skj', known)).toEqual(['sky'])
  expect(nearest('something else', known)).toEqual([])
})
