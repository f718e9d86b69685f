import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { openPostgresJobs } from '../../../origin/jobs/postgres-jobs.ts'
import { openSqliteJobs } from '../../../origin/jobs/sqlite-jobs.ts'
import { postgres } from '../../support/optional.ts'
import { freshDatabase } from '../../support/postgres.ts'
import { jobStoreContract } from './store-contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-jobs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
jobStoreContract('SQLite', async () => openSqliteJobs(join(folder, `${++count}.sqlite`)))

const server = postgres()
describe.skipIf(!server.found)(server.says('a server'), () => {
  const drops: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const drop of drops) await drop()
  })
  jobStoreContract('PostgreSQL', async () => {
    const database = await freshDatabase()
    drops.push(database.drop)
    return openPostgresJobs(database.url)
  })
})
