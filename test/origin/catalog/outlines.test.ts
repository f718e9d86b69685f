import { expect, it } from 'vitest'
import { onEachCatalog } from '../../support/catalogs.ts'
import { fileAt, squareAt } from '../../support/products.ts'

onEachCatalog('the outlines of a collection', ({ open }) => {
  const square = (i: number, more = {}) => squareAt(`s${i}`, 350.1234567 + i, -40, 0.2, { collection: 'c', ...more })

  it('come page by page with what coverage needs, and only those behind the last one', async () => {
    const catalog = await open()
    const rich = { band: 'r', instrument: 'cam', tMinMjd: 60000.5, emMaxM: 7e-7 }
    const products = [square(1, rich), square(2), square(3, { collection: 'other' }), square(4)]
    await catalog.change({ files: [fileAt('/a.fits')], products })
    const first = await catalog.outlinesAfter('c', 'dr1', { after: 0, upTo: 1000, limit: 2 })
    expect(first).toHaveLength(2)
    expect(first[0]).toMatchObject({ ...rich, rights: { access: 'public' } })
    expect(first[0].footprint).toEqual(products[0].footprint)
    expect(first[1].band).toBeUndefined()
    const rest = await catalog.outlinesAfter('c', 'dr1', { after: first[1].id, upTo: 1000, limit: 2 })
    expect(rest.map(({ footprint }) => footprint)).toEqual([products[3].footprint])
    expect(await catalog.outlinesAfter('c', 'dr2', { after: 0, upTo: 1000, limit: 2 })).toEqual([])
  })

  it('have a mark that new rows leave alone, and that every other change moves', async () => {
    const catalog = await open()
    const change = (products: ReturnType<typeof square>[], remove: string[] = []) =>
      catalog.change({ files: [fileAt('/a.fits')], products, remove })
    const modifiedMs = Date.UTC(2027, 0, 1)
    await change([square(1, { modifiedMs, emMinM: 5e-7 }), square(2, { modifiedMs }), square(3)])
    const { mark, lastId, products } = await catalog.outlineMark('c', 'dr1')
    expect([products, typeof lastId]).toEqual([3, 'number'])
    expect((await catalog.outlineMark('c', 'dr1')).mark).toBe(mark)
    await change([square(4)])
    expect((await catalog.outlineMark('c', 'dr1')).mark).not.toBe(mark)
    expect((await catalog.outlineMark('c', 'dr1', lastId)).mark).toBe(mark)
    for (const more of [
      { modifiedMs: modifiedMs + 1000 },
      { modifiedMs, rights: { access: 'proprietary', release: 'dr1' } },
      { modifiedMs, raDeg: 352.1234569 },
      { modifiedMs, fovDeg: 0.3 },
    ]) {
      await change([square(2, more)])
      expect((await catalog.outlineMark('c', 'dr1', lastId)).mark, JSON.stringify(more)).not.toBe(mark)
      await change([square(2, { modifiedMs })])
      expect((await catalog.outlineMark('c', 'dr1', lastId)).mark).toBe(mark)
    }
    await change([], [square(1).publisherDid])
    expect((await catalog.outlineMark('c', 'dr1', lastId)).mark).not.toBe(mark)
    expect(await catalog.outlineMark('none', 'dr1')).toMatchObject({ products: 0, lastId: 0 })
  })
})
