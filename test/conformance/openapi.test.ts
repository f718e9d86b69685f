// Schemathesis attacks a running origin by its own description: no server error, no broken promise. A longer run by hand:
//   .oracles/bin/schemathesis run http://127.0.0.1:8780/openapi.json --max-time 1800 \
//     --exclude-checks positive_data_acceptance,negative_data_rejection,ignored_auth
// Left out: whether what fits the description is accepted (a query must be ADQL, an ID must exist) or what does not is refused
// (names of parameters match whatever their case), and whether all of it needs a token (public data need none).

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ORACLES, oracles } from '../support/optional.ts'
import { maskedPlanes, putProduct, startTestOrigin, type TestOrigin } from '../support/origin.ts'

const run = promisify(execFile)
const SCHEMATHESIS = join(dirname(ORACLES), 'schemathesis')
const SECONDS = 25
const optional = oracles('schemathesis')
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance'

describe.skipIf(!optional.found)(optional.says('schemathesis'), { timeout: 110_000 }, () => {
  let origin: TestOrigin
  let folder: string
  beforeAll(async () => {
    origin = await startTestOrigin()
    folder = await mkdtemp(join(tmpdir(), 'skyedge-api-'))
    const planes = await maskedPlanes(origin)
    for (const productId of ['one', 'two']) await putProduct(origin.catalog, { productId, planes })
  })
  afterAll(async () => {
    await origin?.end()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  it('finds no server error and no broken promise', async () => {
    expect(existsSync(SCHEMATHESIS)).toBe(true)
    const args = ['run', `${origin.url}/openapi.json`, '--checks', CHECKS, '--max-time', String(SECONDS)]
    const more = ['--phases', 'examples,coverage,fuzzing', '--continue-on-failure', '--warnings', 'off', '--seed', '7']
    const { stdout } = await run(SCHEMATHESIS, [...args, ...more], { cwd: folder, maxBuffer: 64 << 20 }).catch(
      (error: { stdout?: string; message: string }) => ({ stdout: error.stdout ?? error.message }),
    )
    // Failures come before the summary, at the end.
    expect(stdout.slice(-4000)).toMatch(/No issues found/)
    expect(Number(/(\d+) generated/.exec(stdout)?.[1])).toBeGreaterThan(200)
    expect(origin.logged.filter((line) => line.includes('the request failed'))).toEqual([])
  })
})
