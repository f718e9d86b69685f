// A short text that changes with every dataset that comes to a repository or leaves it: what watching compares.

import { readConfig } from './config.ts'
import { broken, openRegistry } from './registry.ts'

export async function repositoryMark(path: string): Promise<string> {
  const registry = await openRegistry((await readConfig(path)).registry)
  try {
    if (!(await registry.columns('dataset')) || !(await registry.columns('dataset_location')))
      throw broken('it has no table of datasets')
    const sql = `SELECT (SELECT count(*) FROM dataset) AS datasets, (SELECT max(ingest_date) FROM dataset) AS newest,
      (SELECT count(*) FROM dataset_location) AS located`
    for await (const { datasets, newest, located } of registry.rows(sql)) return `${datasets} ${newest} ${located}`
    return ''
  } finally {
    await registry.close()
  }
}
