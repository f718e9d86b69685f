// Geometry means the same in both stores: random shapes of all sizes, at poles, across longitude 0, on one another's edges,
// concave and of either winding, asked of sqlite-geometry.ts and of the schema skyedge with pg_sphere.

import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hash } from '#src/healpix'
import { degToRad, offset, radToDeg } from '#src/sky'
import { POSTGRES_FUNCTIONS } from '../../../origin/query/postgres-functions.ts'
import { contains, intersects, pointIn } from '../../../origin/query/sqlite-geometry.ts'
import { postgres } from '../../support/optional.ts'
import { freshDatabase, type TestDatabase } from '../../support/postgres.ts'

/** A repeatable world of shapes that lie near one another. */
function shapes(seed: number) {
  let state = seed
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state / 2147483648
  }
  const pick = (n: number) => Math.floor(random() * n)
  const place = (): [number, number] => {
    switch (pick(5)) {
      case 0:
        return [random() * 360, 90 - random() ** 2]
      case 1:
        return [random() * 360, -90 + random() ** 2]
      case 2:
        return [(random() * 2 + 359) % 360, random() * 2 - 1]
      case 3:
        return [pick(4) * 90, (pick(3) - 1) * 45]
      default:
        return [random() * 360, radToDeg(Math.asin(random() * 2 - 1))]
    }
  }
  let bases = [place(), place()]
  const from = (lon: number, lat: number, angle: number, reach: number) => {
    const at = offset(degToRad(lon), degToRad(lat), angle, degToRad(reach))
    return [(radToDeg(at.lonRad) + 360) % 360, radToDeg(at.latRad)]
  }
  const near = (scale: number) => from(...bases[pick(2)], random() * 2 * Math.PI, random() * scale)
  const polygon = (scale: number) => {
    const [lon, lat] = near(scale)
    if (random() < 0.15) {
      // Edges that others share.
      const [x, y] = [Math.floor(lon), Math.max(-80, Math.min(78, Math.floor(lat)))]
      return [x, y, (x + 1) % 360, y, (x + 1) % 360, y + 1, x, y + 1].join(' ')
    }
    const count = 3 + pick(6)
    const concave = random() < 0.4
    const radius = scale * (0.2 + random())
    const angles = Array.from({ length: count }, (_, i) => ((i + random() * 0.7) / count) * 2 * Math.PI)
    if (random() < 0.5) angles.reverse()
    return angles
      .flatMap((angle) => from(lon, lat, angle, concave ? radius * (0.2 + random() * 0.8) : radius))
      .join(' ')
  }
  const circle = (scale: number) => {
    const radius = [0, 90 + random() * 90, 90][pick(20)] ?? scale * random()
    return `${near(scale).join(' ')} ${radius}`
  }
  return {
    random,
    pick,
    place,
    pair(i: number): [string, string] {
      if (i % 20 === 0) bases = [place(), place()]
      const scale = [0.01, 0.3, 2, 10, 40][pick(5)]
      const makers = [(size: number) => near(size).join(' '), circle, polygon, polygon]
      const first = pick(4)
      const b = makers[1 + pick(3)](scale)
      const corners = b.split(' ')
      // Now and then on the very corner of the other, or the other itself.
      if (first === 0 && random() < 0.2) return [corners.slice(0, 2).join(' '), b]
      return [random() < 0.03 ? b : makers[first](scale), b]
    },
  }
}

const store = postgres()
describe.skipIf(!store.found)(store.says('SQLite and PostgreSQL agree'), () => {
  let database: TestDatabase
  let client: pg.Client
  beforeAll(async () => {
    database = await freshDatabase()
    client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(POSTGRES_FUNCTIONS)
  })
  afterAll(async () => {
    await client?.end()
    await database?.drop()
  })

  it.each([1, 2, 3])('on CONTAINS and INTERSECTS of 2000 pairs of shapes (%i)', async (seed) => {
    const made = shapes(seed)
    const pairs = Array.from({ length: 2000 }, (_, i) => made.pair(i))
    const { rows } = await client.query(
      `SELECT skyedge.contains(skyedge.shape_of(a), skyedge.shape_of(b))::int AS contains,
         skyedge.intersects(skyedge.shape_of(a), skyedge.shape_of(b))::int AS intersects
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(a, b, i) ORDER BY i`,
      [pairs.map(([a]) => a), pairs.map(([, b]) => b)],
    )
    let yes = 0
    pairs.forEach(([a, b], i) => {
      const here = { contains: contains(a, b), intersects: intersects(a, b) }
      expect(rows[i], `${a} | ${b}`).toEqual(here)
      const [lon, lat, ...rest] = a.split(' ').map(Number)
      if (rest.length === 0) expect(pointIn(lon, lat, b)).toBe(here.contains)
      yes += here.intersects ?? 0
    })
    expect(yes).toBeGreaterThan(500)
  })

  it('on the HEALPix cell of positions, on the edges of cells too', async () => {
    const { random, pick, place } = shapes(7)
    const asked = Array.from({ length: 2000 }, () => {
      const edge = [pick(16) * 22.5, [0, 30, 41.8103148957786, -41.8103148957786, 90, -90, 45][pick(7)]]
      return [pick(25), ...(random() < 0.3 ? edge : place())]
    })
    const { rows } = await client.query(
      `SELECT skyedge.healpix_index(k, lon, lat) AS cell
       FROM unnest($1::int[], $2::float8[], $3::float8[]) WITH ORDINALITY AS t(k, lon, lat, i) ORDER BY i`,
      [0, 1, 2].map((column) => asked.map((row) => row[column])),
    )
    expect(rows.map(({ cell }) => Number(cell))).toEqual(
      asked.map(([k, lon, lat]) => hash(k, degToRad(lon), degToRad(lat))),
    )
  })
})
