// One corpus of queries, run in both stores: equal rows, and those that were worked out by hand.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresWorld, sqliteWorld, type World } from '../../../support/adql-world.ts'
import { postgres } from '../../../support/optional.ts'
import { CORPUS } from './corpus.ts'

const NUMBERS = /^-?\d[-+\d.e ]*$/
/** Rounding differs between stores in the last digits. */
function near(a: unknown, b: unknown): boolean {
  if (typeof a === 'bigint' || typeof b === 'bigint') return near(Number(a), Number(b))
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-9 * Math.max(1e-3, Math.abs(a), Math.abs(b))
  if (typeof a === 'string' && typeof b === 'string' && NUMBERS.test(a) && NUMBERS.test(b)) {
    const [x, y] = [a, b].map((text) => text.split(' ').map(Number))
    return x.length === y.length && x.every((value, i) => near(value, y[i]))
  }
  return a === b
}
const same = (a: readonly unknown[][], b: readonly (readonly unknown[])[]) =>
  a.length === b.length &&
  a.every((row, i) => row.length === b[i].length && row.every((cell, k) => near(cell, b[i][k])))
const key = (row: unknown[]) =>
  JSON.stringify(
    row.map((cell) => (typeof cell === 'number' || typeof cell === 'bigint' ? Number(cell).toPrecision(9) : cell)),
  )
const ordered = (adql: string, rows: unknown[][]) =>
  /ORDER BY[^()]*$/i.test(adql) ? rows : rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))

const store = postgres()
const entries = Object.values(CORPUS).flat()

it('has at least 300 queries', () => {
  expect(entries.length).toBeGreaterThanOrEqual(300)
})

describe('in SQLite', () => {
  const world = sqliteWorld()
  afterAll(() => world.close())
  for (const [feature, list] of Object.entries(CORPUS)) {
    it(`gives the rows worked out by hand: ${feature}`, async () => {
      for (const entry of list) {
        const [adql, expected] = typeof entry === 'string' ? [entry] : entry
        const rows = await world.rows(adql).catch((error: Error) => {
          throw new Error(`${adql}\n${error.message}\n${world.sql(adql).text}`)
        })
        if (expected && !same(rows, expected)) expect(rows, adql).toEqual(expected)
      }
    })
  }
})

describe.skipIf(!store.found)(store.says('in PostgreSQL'), () => {
  const sqlite = sqliteWorld()
  let world: World
  beforeAll(async () => {
    world = await postgresWorld()
  })
  afterAll(() => world?.close())
  for (const [feature, list] of Object.entries(CORPUS)) {
    it(`gives the rows that SQLite gives: ${feature}`, async () => {
      for (const entry of list) {
        const [adql, expected] = typeof entry === 'string' ? [entry] : entry
        const rows = await world.rows(adql).catch((error: Error) => {
          throw new Error(`${adql}\n${error.message}\n${world.sql(adql).text}`)
        })
        if (expected && !same(rows, expected)) expect(rows, adql).toEqual(expected)
        const [here, there] = [ordered(adql, rows), ordered(adql, await sqlite.rows(adql))]
        if (!same(here, there)) expect(here, adql).toEqual(there)
      }
    })
  }
})
