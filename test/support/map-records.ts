// A map in the catalogue with the few files that describe it, and no tiles.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeProperties } from '#src/hips'
import { degrade, type Moc, mocJson } from '#src/moc'
import type { Catalog, MapRecord } from '../../origin/catalog/store.ts'

export async function putMapRecord(
  { catalog, dataFolder }: { readonly catalog: Catalog; readonly dataFolder: string },
  map: string,
  moc: Moc,
  more: Partial<MapRecord> = {},
): Promise<MapRecord> {
  const publicOrder = more.publicOrder ?? moc.order - 2
  const record: MapRecord = {
    map,
    title: `Map ${map}`,
    release: 'dr1',
    order: moc.order,
    publicOrder,
    formats: ['png'],
    folder: map,
    generation: 'g1',
    bands: ['r'],
    collections: ['test.square'],
    rights: { access: 'proprietary', release: 'dr1' },
    tileWidth: 512,
    mocOrder: moc.order,
    moc: JSON.stringify(mocJson(moc)),
    ...(publicOrder >= 0 && { publicMoc: JSON.stringify(mocJson(degrade(moc, publicOrder))) }),
    modifiedMs: Date.UTC(2026, 5, 1),
    ...more,
  }
  const folder = join(dataFolder, 'hips', map)
  mkdirSync(join(folder, 'public'), { recursive: true })
  const properties = (order: number, status: string) =>
    writeProperties([
      ['creator_did', `ivo://skyedge.example/dr1?hips/${map}`],
      ['obs_title', record.title],
      ['obs_description', 'Light & shade of <the> sky'],
      ['hips_release_date', '2026-06-01T00:00Z'],
      ['hips_order', order],
      ['hips_status', status],
      ['em_min', 5.5e-7],
      ['em_max', 7e-7],
      ['t_min', 60000],
      ['t_max', 60001],
    ])
  writeFileSync(join(folder, 'properties'), properties(moc.order, 'private master unclonable'))
  writeFileSync(join(folder, 'public/properties'), properties(publicOrder, 'public master clonableOnce'))
  await catalog.putMap(record)
  return record
}
