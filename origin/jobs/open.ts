// The job store that the settings ask for.

import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openPostgresJobs } from './postgres-jobs.ts'
import { openSqliteJobs } from './sqlite-jobs.ts'
import type { JobStore } from './store.ts'

export async function openJobs({
  dataFolder,
  databaseUrl,
}: Pick<Config, 'dataFolder' | 'databaseUrl'>): Promise<JobStore> {
  if (databaseUrl !== undefined) return openPostgresJobs(databaseUrl)
  return openSqliteJobs(join(dataFolder, 'jobs.sqlite'))
}
