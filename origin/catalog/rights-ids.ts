// Numbers of rights records, which products and calibrations refer to.

import type { ProductRights } from '#src/rights'
import type { Executor } from './executor.ts'
import { putRights, rightsNames, rightsRecord } from './tables/survey-change.ts'

/** Numbers of rights, each asked for once in a change. */
export function rightsIds(store: Executor): (rights: ProductRights) => Promise<number> {
  const known = new Map<string, number>()
  return async (rights) => {
    const record = rightsRecord(rights)
    const stored =
      known.get(record) ?? (await store.one('SELECT rights_id FROM rights WHERE record = ?', record))?.rights_id
    if (stored !== undefined) {
      known.set(record, stored as number)
      return stored as number
    }
    const { sql, values } = putRights(rights)
    const id = (await store.one(sql, ...values))!.rights_id as number
    for (const statement of rightsNames(id, rights)) await store.run(statement.sql, ...statement.values)
    known.set(record, id)
    return id
  }
}
