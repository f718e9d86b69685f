// What the settings say queries are run against.

import { join } from 'node:path'
import type { Logger } from 'pino'
import { TAP_LIMITS } from '#src/services'
import { CATALOG_TABLES, catalogBindings } from '../catalog/tables/bindings.ts'
import type { Config } from '../config.ts'
import { createQueryRunner } from './pool.ts'
import type { QueryRunner } from './query.ts'
import type { QueryWorld } from './run.ts'

export function openQueries({ dataFolder, databaseUrl, authority }: Config, log: Logger): QueryWorld {
  const store = databaseUrl
    ? ({ kind: 'postgres', url: databaseUrl } as const)
    : ({ kind: 'sqlite', path: join(dataFolder, 'catalog.sqlite') } as const)
  const runner = lazily(() =>
    createQueryRunner({
      store,
      tempFolder: join(dataFolder, 'query'),
      codeFolder: join(dataFolder, 'query', 'code'),
      uploads: { bytes: TAP_LIMITS.uploadBytes, rows: TAP_LIMITS.uploadRows },
      log: (event, details) => log.info(details, event),
    }),
  )
  return {
    runner,
    dialect: store.kind,
    tables: CATALOG_TABLES,
    bindings: ({ principal, base, nowMs }) =>
      catalogBindings({ dialect: store.kind, principal, base, nowMs, authority }),
  }
}

/** Made when the first query comes: who never asks, starts no processes. */
function lazily(create: () => QueryRunner): QueryRunner {
  let made: QueryRunner | undefined
  const runner = () => {
    made ??= create()
    return made
  }
  return {
    session: async (options) => runner().session(options),
    get load() {
      return made?.load ?? { processes: 0, busy: 0, waiting: 0 }
    },
    close: async () => made?.close(),
  }
}
