// The life of a job over HTTP, with queries that are refused before they run: what jobs do with tables is tap.test.ts's.

import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestOrigin, type TestOrigin } from '../../support/origin.ts'

let origin: TestOrigin
let async_: string
beforeAll(async () => {
  origin = await startTestOrigin()
  async_ = `${origin.url}/tap/async`
})
afterAll(() => origin?.end())

const BAD = { LANG: 'ADQL', QUERY: 'SELECT nothing FRM nowhere' }

async function post(url: string, form: Record<string, string> | FormData, token?: string, headers = {}) {
  return fetch(url, {
    method: 'POST',
    body: form instanceof FormData ? form : new URLSearchParams(form),
    redirect: 'manual',
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
  })
}
async function get(url: string, token?: string) {
  const answer = await fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {}, redirect: 'manual' })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}
async function made(form: Record<string, string> | FormData = BAD, token?: string): Promise<string> {
  const answer = await post(async_, form, token)
  expect(answer.status).toBe(303)
  return answer.headers.get('location') ?? ''
}
const phase = async (job: string) => (await get(`${job}/phase`)).text

describe('a job', () => {
  it('is PENDING until it is told to run, ends in ERROR for a bad query, and goes when it is deleted', async () => {
    const job = await made()
    expect(job).toMatch(new RegExp(`^${async_}/[0-9a-f]{32}$`))
    expect(await phase(job)).toBe('PENDING')
    const document = await get(job)
    expect(document.type).toMatch(/^text\/xml/)
    expect(document.text).toContain('version="1.1"')
    expect(document.text).toContain('<uws:parameter id="QUERY">SELECT nothing FRM nowhere</uws:parameter>')
    expect((await get(`${job}/error`)).status).toBe(404)

    const run = await post(`${job}/phase`, { PHASE: 'RUN' })
    expect([run.status, run.headers.get('location')]).toEqual([303, job])
    const over = await get(`${job}?WAIT=-1`)
    expect(over.text).toMatch(/<uws:phase>(QUEUED|EXECUTING|ERROR)</)
    for (let i = 0; i < 5 && (await phase(job)) !== 'ERROR'; i++) await get(`${job}?WAIT=5`)
    expect(await phase(job)).toBe('ERROR')
    expect((await get(job)).text).toMatch(
      /<uws:errorSummary type="fatal" hasDetail="true">\s*<uws:message>UsageFault: /,
    )
    const error = await get(`${job}/error`)
    expect([error.status, error.type]).toEqual([200, 'application/x-votable+xml'])
    expect(error.text).toContain('value="ERROR"')
    expect((await get(`${job}/results/result`)).status).toBe(404)
    expect((await get(`${job}/results`)).text).toContain('<uws:results')

    const gone = await fetch(job, { method: 'DELETE', redirect: 'manual' })
    expect([gone.status, gone.headers.get('location')]).toEqual([303, async_])
    expect((await get(job)).status).toBe(404)
    expect(existsSync(join(origin.config.dataFolder, 'jobs', job.split('/').at(-1) ?? ''))).toBe(false)
  })

  it('begins at once when it is made with PHASE=RUN, and is deleted by a form, too', async () => {
    const job = await made({ ...BAD, PHASE: 'RUN' })
    expect(await phase(job)).not.toBe('PENDING')
    expect((await post(job, { ACTION: 'DELETE' })).headers.get('location')).toBe(async_)
    expect((await get(job)).status).toBe(404)
  })

  it('takes parameters while it is PENDING, and no more afterwards', async () => {
    const job = await made({ lang: 'ADQL', runid: 'mine' })
    expect((await get(job)).text).toContain('<uws:runId>mine</uws:runId>')
    expect((await post(`${job}/parameters`, { query: 'SELECT 1', MAXREC: '5' })).status).toBe(303)
    await post(job, { QUERY: BAD.QUERY })
    const parameters = (await get(`${job}/parameters`)).text
    expect(parameters).toContain('<uws:parameter id="LANG">ADQL<')
    expect(parameters.match(/id="QUERY"/g)?.length).toBe(1)
    expect((await get(`${job}/parameters/QUERY`)).text).toBe(BAD.QUERY)
    await post(`${job}/phase`, { PHASE: 'ABORT' })
    expect(await phase(job)).toBe('ABORTED')
    expect((await post(`${job}/parameters`, { QUERY: 'SELECT 2' })).status).toBe(403)
    expect((await post(`${job}/phase`, { PHASE: 'RUN' })).status).toBe(303)
    expect(await phase(job)).toBe('ABORTED')
  })

  it('has times within the limits of the service', async () => {
    const job = await made()
    await post(`${job}/executionduration`, { EXECUTIONDURATION: '30' })
    expect((await get(`${job}/executionduration`)).text).toBe('30')
    await post(`${job}/executionduration`, { EXECUTIONDURATION: '0' })
    expect((await get(`${job}/executionduration`)).text).toBe('3600')
    await post(`${job}/destruction`, { DESTRUCTION: '2027-01-11T00:00:00Z' })
    expect((await get(`${job}/destruction`)).text).toBe('2027-01-11T00:00:00.000Z')
    await post(`${job}/destruction`, { DESTRUCTION: '2999-01-01T00:00:00' })
    expect((await get(`${job}/destruction`)).text).toBe('2027-02-09T00:00:00.000Z')
    expect((await post(`${job}/destruction`, { DESTRUCTION: 'tomorrow' })).status).toBe(400)
    expect((await get(`${job}/quote`)).text).toBe('')
    expect((await get(`${job}/owner`)).text).toBe('')
  })

  it('is waited for until its phase changes, and not when it is in another one already', async () => {
    const job = await made()
    const start = performance.now()
    await get(`${job}?WAIT=20&PHASE=QUEUED`)
    await get(`${job}?WAIT=0`)
    expect(performance.now() - start).toBeLessThan(5_000)
    const waiting = get(`${job}?WAIT=-1&PHASE=PENDING`)
    await post(`${job}/phase`, { PHASE: 'ABORT' })
    expect((await waiting).text).toContain('<uws:phase>ABORTED<')
    const deleted = await made()
    const lost = get(`${deleted}?WAIT=30`)
    await fetch(deleted, { method: 'DELETE', redirect: 'manual' })
    expect((await lost).status).toBe(404)
    expect((await get(`${job}?WAIT=soon`)).status).toBe(400)
  })

  it('keeps what was uploaded for it, and gives it back', async () => {
    const form = new FormData()
    form.append('UPLOAD', 'mine,param:t1')
    form.append('t1', new Blob(['<VOTABLE/>'], { type: 'text/xml' }), 't1.xml')
    const job = await made(form)
    expect((await get(job)).text).toContain(`<uws:parameter id="t1" byReference="true">${job}/parameters/t1<`)
    const back = await get(`${job}/parameters/t1`)
    expect([back.text, back.type]).toEqual(['<VOTABLE/>', 'application/octet-stream'])
  })

  it('is destroyed at its time, with its files', async () => {
    const form = new FormData()
    form.append('t1', new Blob(['x']), 't1.xml')
    form.append('DESTRUCTION', '2027-01-10T00:01:00')
    const job = await made(form)
    const folder = join(origin.config.dataFolder, 'jobs')
    const before = readdirSync(folder).length
    origin.now += 61_000
    expect((await get(job)).status).toBe(404)
    expect(await origin.jobs.reaper.sweep()).toBe(1)
    expect(readdirSync(folder).length).toBe(before - 1)
    origin.now -= 61_000
  })
})

describe('the jobs of an owner', () => {
  it('exist for nobody else, and are listed to them alone', async () => {
    const [ada, bob] = [await origin.token({ user: `ada-${randomUUID()}` }), await origin.token({ user: 'bob' })]
    const job = await made(BAD, ada)
    const second = await made({ ...BAD, RUNID: 'second' }, ada)
    for (const path of ['', '/phase', '/error', '/results/result', '/parameters', '/owner'])
      for (const token of [bob, undefined]) expect((await get(job + path, token)).status, path).toBe(404)
    expect((await post(`${job}/phase`, { PHASE: 'ABORT' }, bob)).status).toBe(404)
    expect((await post(job, { ACTION: 'DELETE' })).status).toBe(404)
    expect((await get(`${job}/owner`, ada)).text).toMatch(/^ada-/)
    const list = async (query = '') => (await get(`${async_}${query}`, ada)).text.match(/<uws:jobref id="\w+/g) ?? []
    origin.now += 1000
    expect(await list()).toHaveLength(2)
    expect(await list('?LAST=1')).toHaveLength(1)
    expect(await list('?PHASE=COMPLETED&PHASE=ABORTED')).toHaveLength(0)
    expect(await list('?AFTER=2030-01-01T00:00:00Z')).toHaveLength(0)
    expect((await get(second, ada)).text).toContain('<uws:runId>second<')
    expect((await get(async_, bob)).text).not.toContain('jobref')
    expect((await get(async_)).text).not.toContain('jobref')
    expect((await get(`${async_}?PHASE=DONE`)).status).toBe(400)
  })

  it('are not made by a page of another site with their cookie', async () => {
    const cookie = `skyedge_session=${await origin.token({ user: 'eve' })}`
    const send = (headers: Record<string, string>) => post(async_, BAD, undefined, { cookie, ...headers })
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await send({ origin: 'null' })).status).toBe(403)
    expect((await send({ origin: origin.url })).status).toBe(303)
  })

  it('are bounded in number, and the refusal says what to do', async () => {
    const token = await origin.token({ user: 'many' })
    for (let i = 0; i < 1000; i++)
      await origin.jobs.store.create({
        id: `many-${i}`,
        kind: 'tap',
        owner: 'many',
        principal: { sub: 'many', scopes: [], groups: [], dataRights: [] },
        base: '',
        createdMs: 0,
        destructionMs: origin.now + 1e6,
        executionDurationS: 1,
        parameters: [],
        attachments: [],
      })
    const answer = await post(async_, BAD, token)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('delete some')
  })
})

describe('the job list of a caller who did not sign in', () => {
  const list = async (cookie?: string, query = '') =>
    (await (await fetch(`${async_}${query}`, { headers: cookie ? { cookie } : {} })).text()).match(
      /[0-9a-f]{32}(?=")/g,
    ) ?? []
  const create = (cookie?: string) => post(async_, BAD, undefined, cookie ? { cookie } : {})
  const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0]
  const idOf = (answer: Response) => (answer.headers.get('location') ?? '').split('/').pop()

  it('shows the jobs that the same client made, the latest first, and to others none', async () => {
    const first = await create()
    expect(first.headers.get('set-cookie')).toMatch(
      /^skyedge_jobs=[0-9a-f]{32}; Path=\/tap\/async; HttpOnly; SameSite=Lax$/,
    )
    origin.now += 1000
    const second = await create(cookieOf(first))
    const both = [idOf(second), idOf(first)]
    expect([...new Set(await list(cookieOf(second)))]).toEqual(both)
    expect([...new Set(await list(cookieOf(second), '?LAST=1'))]).toEqual(both.slice(0, 1))
    expect(await list(cookieOf(second), '?PHASE=COMPLETED')).toEqual([])
    expect(await list()).toEqual([])
  })

  it('shows no job of somebody who signed in, whatever ids are carried', async () => {
    const job = await made(BAD, await origin.token({ user: 'ada' }))
    expect(await list(`skyedge_jobs=${job.split('/').pop()}`)).toEqual([])
    expect(await list('skyedge_jobs=../../x.%00.zz')).toEqual([])
  })

  it('gives no cookie to those who signed in', async () => {
    const answer = await post(async_, BAD, await origin.token({ user: 'ada' }))
    expect(answer.headers.get('set-cookie')).toBeNull()
  })
})
