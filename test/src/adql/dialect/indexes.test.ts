// Queries that must not look at every row: what the stores say of how they would run them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgresWorld, sqliteWorld, type World } from '../../../support/adql-world.ts'
import { postgres } from '../../../support/optional.ts'

const FROM = 'FROM sky.image WHERE'
const BOTH = 'FROM TAP_UPLOAD.targets AS t JOIN sky.image AS i ON'
/** What is asked, and the index of PostgreSQL that answers it; SQLite has its R-tree for both. */
const SPATIAL: Readonly<Record<string, readonly [adql: string, index: string]>> = {
  'a point in footprints': [`SELECT * ${FROM} 1 = CONTAINS(POINT(10.1, 0.1), s_region)`, 'outline'],
  'a circle that meets footprints, and more': [
    `SELECT * ${FROM} INTERSECTS(CIRCLE(10.1, 0.1, 1), s_region) = 1 AND band = 'g'`,
    'outline',
  ],
  'a polygon that meets footprints': [
    `SELECT * ${FROM} 1 = INTERSECTS(s_region, POLYGON(10, 0, 11, 0, 11, 1))`,
    'outline',
  ],
  'footprints within a circle': [`SELECT * ${FROM} 1 = CONTAINS(s_region, CIRCLE(10, 0, 5))`, 'outline'],
  'a cone by DISTANCE': [`SELECT * ${FROM} DISTANCE(POINT(s_ra, s_dec), POINT(10, 0)) < 0.1`, 'place'],
  'a cone by four numbers': [`SELECT * ${FROM} DISTANCE(s_ra, s_dec, 10, 0) <= 0.1`, 'place'],
  'a cone by CONTAINS': [`SELECT * ${FROM} 1 = CONTAINS(POINT(s_ra, s_dec), CIRCLE(10, 0, 0.1))`, 'place'],
  'positions in a polygon': [
    `SELECT * ${FROM} 1 = CONTAINS(POINT(s_ra, s_dec), POLYGON(10, 0, 11, 0, 11, 1))`,
    'place',
  ],
  'positions near those of an upload': [`SELECT i.id ${BOTH} DISTANCE(t.ra, t.dec, i.s_ra, i.s_dec) < 0.01`, 'place'],
  'footprints around the positions of an upload': [
    `SELECT i.id ${BOTH} 1 = CONTAINS(POINT(t.ra, t.dec), i.s_region)`,
    'outline',
  ],
  'the same with rows kept that match nothing': [
    `SELECT i.id ${BOTH.replace('JOIN', 'LEFT JOIN')} 1 = CONTAINS(POINT(t.ra, t.dec), i.s_region)`,
    'outline',
  ],
}

describe('SQLite uses', () => {
  const world = sqliteWorld()
  afterAll(() => world.close())
  it.each(Object.entries(SPATIAL))('the R-tree for %s', async (_name, [adql]) => {
    const plan = await world.plan(adql)
    expect(plan).toMatch(/image_boxes VIRTUAL TABLE INDEX 2:\w/)
    expect(plan).toMatch(/SEARCH image USING INTEGER PRIMARY KEY/)
    expect(plan).not.toMatch(/SCAN image$/m)
  })
  it('a B-tree through the restriction of rows', async () => {
    expect(await world.plan(`SELECT * ${FROM} visit = 100`)).toMatch(/USING INDEX image_visit/)
  })
  it('every row where false and unknown differ, and says so rightly', async () => {
    expect(await world.plan(`SELECT * ${FROM} 0 = CONTAINS(POINT(10.1, 0.1), s_region)`)).toMatch(/SCAN image$/m)
  })
})

const store = postgres()
describe.skipIf(!store.found)(store.says('PostgreSQL uses'), () => {
  let world: World
  beforeAll(async () => {
    world = await postgresWorld()
  })
  afterAll(() => world?.close())
  it.each(Object.entries(SPATIAL))('GiST for %s', async (_name, [adql, index]) => {
    expect(await world.plan(adql)).toMatch(
      new RegExp(`Index Scan using image_${index}_idx[^]*Index Cond: \\(${index} `),
    )
  })
  it('a B-tree through the restriction of rows', async () => {
    expect(await world.plan(`SELECT * ${FROM} visit = 100`)).toMatch(/using image_visit_idx/)
  })
})
