// The job store that the settings ask for.

import { join } from 'node:path'
import type { Config } from '../config.ts'
import { openSqliteJobs } from './sqlite-jobs.ts'
import type { JobStore } from './store.ts'

export const openJobs = ({ dataFolder }: Pick<Config, 'dataFolder' | 'databaseUrl'>): JobStore =>
  openSqliteJobs(join(dataFolder, 'jobs.sqlite'))
