// An origin with a small survey in its catalogue, on either database.

import type { Database } from './databases.ts'
import { startTestOrigin, type TestOrigin } from './origin.ts'
import { freshDatabase } from './postgres.ts'
import { fileAt } from './products.ts'
import { exposure, fillSmallSurvey } from './survey.ts'

export interface TapOrigin extends TestOrigin {
  readonly tap: string
}

/** The small survey, and 40 images more. */
export async function startTapOrigin(store: Database): Promise<TapOrigin> {
  const database = store === 'PostgreSQL' ? await freshDatabase() : undefined
  const origin = await startTestOrigin({ databaseUrl: database?.url })
  const images = Array.from({ length: 40 }, (_, i) => exposure(100 + (i >> 2), i & 3))
  await fillSmallSurvey(origin.catalog)
  await origin.catalog.change({ files: [fileAt('/a.fits')], products: images })
  const stop = origin.end
  const end = async () => {
    await stop()
    await database?.drop()
  }
  return Object.assign(origin, { tap: `${origin.url}/tap`, end })
}
