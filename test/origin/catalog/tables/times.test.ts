import { expect, it } from 'vitest'
import { isoTime } from '../../../../origin/catalog/tables/views.ts'
import { onEachCatalog } from '../../../support/catalogs.ts'

onEachCatalog('times', ({ store, openAndRead }) => {
  it('are whole seconds that have begun, as ISO text', async () => {
    const { rows } = await openAndRead()
    const at = Date.UTC(2026, 10, 22, 23, 45, 22)
    const dialect = store === 'SQLite' ? 'sqlite' : 'postgres'
    for (const [ms, text] of [
      [at, '2026-11-22T23:45:22'],
      [at + 999.7, '2026-11-22T23:45:22'],
      [-0.5, '1969-12-31T23:59:59'],
    ] as const)
      expect(await rows(`SELECT ${isoTime(`(${ms})`, dialect)} AS t`)).toEqual([{ t: text }])
  })
})
