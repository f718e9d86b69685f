// Queries, uploads and jobs that mean harm: each is answered by a clear DALI error, and the service goes on.

import { createServer } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onEachDatabase } from '../support/databases.ts'
import { startTapOrigin, type TapOrigin } from '../support/tap-origin.ts'

const GOOD = 'SELECT COUNT(*) AS n FROM ivoa.obscore'

onEachDatabase('TAP', (store) => {
  let origin: TapOrigin
  beforeAll(async () => {
    origin = await startTapOrigin(store)
  })
  afterAll(() => origin?.end())

  type Form = Record<string, string> | FormData
  const bodyOf = (form: Form) => (form instanceof FormData ? form : new URLSearchParams({ LANG: 'ADQL', ...form }))
  const ask = async (form: Form) => {
    const answer = await fetch(`${origin.tap}/sync`, { method: 'POST', body: bodyOf(form) })
    return { status: answer.status, text: await answer.text() }
  }
  const count = async () => (await ask({ QUERY: GOOD, FORMAT: 'csv' })).text
  const refused = async (form: Form, message: RegExp, status = 400) => {
    const answer = await ask(form)
    expect(answer.text).toContain('name="QUERY_STATUS" value="ERROR"')
    expect(answer.text).toMatch(message)
    expect(answer.text).not.toMatch(/SQLite|node_modules|\.sqlite|postgres:|at .*\.ts:/)
    expect(answer.status).toBe(status)
  }
  const uploading = (content: string | Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) => {
    const form = new FormData()
    const pairs = { LANG: 'ADQL', UPLOAD: 'mine,param:t', QUERY: 'SELECT * FROM TAP_UPLOAD.mine', ...more }
    for (const [name, value] of Object.entries(pairs)) form.append(name, value)
    form.append('t', new Blob([content], { type: 'application/x-votable+xml' }), 't.xml')
    return form
  }

  it.each([
    'SELECT * FROM ivoa.obscore; DROP TABLE products',
    'SELECT * FROM products',
    'SELECT * FROM "products"',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM pg_catalog.pg_tables',
    "SELECT load_extension('x') FROM ivoa.obscore",
    'SELECT pg_sleep(10) FROM ivoa.obscore',
    "SELECT obs_id FROM ivoa.obscore WHERE obs_id = 'x' OR 1=1 UNION SELECT password FROM users",
    'SELECT "obs_id"" FROM products --" FROM ivoa.obscore',
    'PRAGMA query_only=0',
    "ATTACH DATABASE '/tmp/x' AS x",
    'SELECT footprint_bytes FROM ivoa.obscore',
    '',
  ])('takes nothing for SQL that is no ADQL on its tables: %s', async (QUERY) => {
    await refused({ QUERY }, /UsageFault: /)
  })

  it('takes strings and names as what they are', async () => {
    const evil = `'; DROP TABLE products; --`
    const literal = evil.replaceAll("'", "''")
    const { text } = await ask({ QUERY: `SELECT TOP 1 '${literal}' AS "a;""b" FROM ivoa.obscore`, FORMAT: 'json' })
    expect(text).toContain(`'; DROP TABLE products; --`)
    expect(await ask({ QUERY: `SELECT obs_id FROM ivoa.obscore WHERE obs_id = '${literal}'` })).toMatchObject({
      status: 200,
    })
    expect(await count()).not.toContain('ERROR')
  })

  it('refuses a query of a megabyte, and one that is nested a thousand deep', async () => {
    const long = `SELECT ${'x'.repeat(1_000_000)} FROM ivoa.obscore`
    await refused({ QUERY: long }, /UsageFault: /)
    await refused(
      { QUERY: `SELECT ${'('.repeat(1000)}1${')'.repeat(1000)} FROM ivoa.obscore` },
      /UsageFault: .*(?:deep|nest)/,
    )
    await refused({ QUERY: 'x'.repeat(2_000_000) }, /bytes/, 413)
  })

  it('stops a product of everything with everything by its rows, and by its owner', async () => {
    const QUERY = 'SELECT a.obs_id FROM ivoa.obscore a, ivoa.obscore b, ivoa.obscore c, ivoa.obscore d, ivoa.obscore e'
    const some = await ask({ QUERY, MAXREC: '1000' })
    expect(some.text).toContain('OVERFLOW')
    const endless = QUERY.replace('a.obs_id', 'COUNT(*) AS n, MAX(a.s_ra + b.s_ra * c.s_ra - d.s_ra * e.s_ra) AS m')
    const created = await fetch(`${origin.tap}/async`, {
      method: 'POST',
      body: bodyOf({ QUERY: endless, PHASE: 'RUN' }),
    })
    await (await fetch(`${created.url}?WAIT=20&PHASE=QUEUED`)).text()
    const post = (form: Record<string, string>) =>
      fetch(`${created.url}/phase`, { method: 'POST', body: new URLSearchParams(form) })
    expect(await (await fetch(`${created.url}/phase`)).text()).toBe('EXECUTING')
    expect(await count()).toMatch(/^n/)
    expect(await (await post({ PHASE: 'ABORT' })).text()).toContain('<uws:phase>ABORTED<')
    await expect.poll(() => origin.queries.runner.load.busy, { timeout: 5_000 }).toBe(0)
    expect(await count()).toMatch(/^n/)
  })

  it('stops a job at its execution duration, and says so', async () => {
    const QUERY =
      'SELECT COUNT(*) AS n, MAX(a.s_ra + b.s_ra * c.s_ra - d.s_ra * e.s_ra) AS m FROM ivoa.obscore a, ivoa.obscore b, ivoa.obscore c, ivoa.obscore d, ivoa.obscore e'
    const form = bodyOf({ QUERY, PHASE: 'RUN', EXECUTIONDURATION: '1' })
    const { url } = await fetch(`${origin.tap}/async`, { method: 'POST', body: form })
    await expect.poll(async () => (await fetch(`${url}/phase`)).text(), { timeout: 8_000 }).toBe('ERROR')
    expect(await (await fetch(`${url}/error`)).text()).toMatch(/TransientFault: .*\b1 s/)
    await expect.poll(() => origin.queries.runner.load.busy, { timeout: 5_000 }).toBe(0)
  })

  it('refuses uploads that are no table, or mean to become many', async () => {
    await refused(uploading('not a table'), /UsageFault: /)
    await refused(uploading('<VOTABLE><RESOURCE><TABLE>'), /UsageFault: /)
    const laughs = `<!DOCTYPE v [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><VOTABLE>&b;</VOTABLE>`
    await refused(uploading(laughs), /UsageFault: .*(?:DOCTYPE|document type|entit)/i)
    const external = `<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]><VOTABLE>&x;</VOTABLE>`
    await refused(uploading(external), /UsageFault: /)
    const remote = `<VOTABLE><RESOURCE><TABLE><FIELD name="a" datatype="int"/><DATA><BINARY><STREAM href="http://127.0.0.1:1/x"/></BINARY></DATA></TABLE></RESOURCE></VOTABLE>`
    await refused(uploading(remote), /UsageFault: /)
    await refused(uploading(gzipSync(Buffer.alloc(50_000_000, 32)) as Uint8Array<ArrayBuffer>), /UsageFault: /)
    expect(await count()).toMatch(/^n/)
  })

  it('asks no other host for a table, whatever its address', async () => {
    let asked = 0
    const other = createServer((_, answer) => {
      asked++
      answer.end('<VOTABLE/>')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const port = (other.address() as { port: number }).port
    const path = '/tap/async/0123456789abcdef0123456789abcdef/results/result'
    for (const uri of [
      `http://127.0.0.1:${port}${path}`,
      `http://localhost:${port}/x`,
      'http://169.254.169.254/latest/meta-data',
      'https://[::1]/x',
      `${origin.url}@127.0.0.1:${port}${path}`,
      `${origin.tap}/async/../../internal/maps`,
    ])
      await refused(
        { UPLOAD: `mine,${uri}`, QUERY: 'SELECT * FROM TAP_UPLOAD.mine' },
        /no other host is asked|no result/,
      )
    for (const uri of ['file:///etc/passwd', 'ftp://x/y', 'vos://x/y', 'data:text/xml,x'])
      await refused({ UPLOAD: `mine,${uri}`, QUERY: 'SELECT * FROM TAP_UPLOAD.mine' }, /param, http, https are taken/)
    expect(asked).toBe(0)
    other.close()
  })

  it("reads nobody else's result as an upload", async () => {
    const token = await origin.token({ user: 'ada' })
    const headers = { authorization: `Bearer ${token}` }
    const body = bodyOf({ QUERY: GOOD, PHASE: 'RUN' })
    const { url } = await fetch(`${origin.tap}/async`, { method: 'POST', body, headers })
    await expect
      .poll(async () => (await fetch(`${url}/phase`, { headers })).text(), { timeout: 8_000 })
      .toBe('COMPLETED')
    await refused(
      { UPLOAD: `mine,${url}/results/result`, QUERY: 'SELECT * FROM TAP_UPLOAD.mine' },
      /no result that can be read/,
    )
    expect((await fetch(`${url}/results/result`)).status).toBe(404)
  })

  it.each(['a;b', '1a', "a'b", 'a b', 'ivoa.x', '"x"', '', 'TAP_UPLOAD.x'])(
    'takes no table of the name %s',
    async (name) => {
      await refused(uploading('<VOTABLE/>', { UPLOAD: `${name},param:t` }), /UPLOAD /)
    },
  )

  it.each([
    '/tap/async/%00',
    '/tap/async/a%00b/phase',
    '/caom2/a%00/b',
    '/caom2/test.calexp/%00',
    '/footprints?collection=%00',
    '/datalink/links?ID=a%00',
    '/sia/query?COLLECTION=%00',
  ])('takes no NUL in an address: %s', async (path) => {
    expect((await fetch(`${origin.url}${path}`)).status).toBe(400)
  })

  it('refuses 10 GB by the length that is declared, and what grows beyond the limit while it comes', async () => {
    const { hostname, port } = new URL(origin.url)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`POST /tap/sync HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: 10000000000\r\n`)
        socket.write('Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n')
      })
      socket.once('data', (data) => {
        resolve(data.toString())
        socket.destroy()
      })
      socket.once('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    const chunk = new Uint8Array(1 << 20).fill(32)
    let sent = 0
    const head = '--x\r\nContent-Disposition: form-data; name="t"; filename="t"\r\n\r\n'
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(sent++ === 0 ? new TextEncoder().encode(head) : chunk)
      },
    })
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const init = { method: 'POST', headers, body: endless, duplex: 'half' } as RequestInit
    const status = await fetch(`${origin.tap}/sync`, init).then(
      async (found) => found.status,
      () => 'closed',
    )
    expect([413, 'closed']).toContain(status)
    expect(sent).toBeLessThan(200)
    expect(await count()).toMatch(/^n/)
  })
})
