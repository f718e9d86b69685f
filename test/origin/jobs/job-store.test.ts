import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { openSqliteJobs } from '../../../origin/jobs/sqlite-jobs.ts'
import { jobStoreContract } from './store-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-jobs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
jobStoreContract('SQLite', async () => openSqliteJobs(join(folder, `${++count}.sqlite`)))
