// Uploads and jobs that mean harm in what they say of themselves: names of columns, lengths, and whose they are.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { onEachDatabase } from '../support/databases.ts'
import { startTapOrigin, type TapOrigin } from '../support/tap-origin.ts'

const table = (field: string, data: string) =>
  `<VOTABLE><RESOURCE><TABLE>${field}<DATA>${data}</DATA></TABLE></RESOURCE></VOTABLE>`
const cell = (text: string) => `<TABLEDATA><TR><TD>${text}</TD></TR></TABLEDATA>`
const binary = (kind: 'BINARY' | 'BINARY2', ...bytes: number[]) =>
  `<${kind}><STREAM encoding="base64">${Buffer.from(bytes).toString('base64')}</STREAM></${kind}>`
const TEXT = '<FIELD name="a" datatype="char" arraysize="*"/>'

onEachDatabase('TAP', (store) => {
  let origin: TapOrigin
  beforeAll(async () => {
    origin = await startTapOrigin(store)
  })
  afterAll(() => origin?.end())

  const send = async (document: string) => {
    const form = new FormData()
    const pairs = { LANG: 'ADQL', FORMAT: 'csv', UPLOAD: 'mine,param:t', QUERY: 'SELECT * FROM TAP_UPLOAD.mine' }
    for (const [name, value] of Object.entries(pairs)) form.append(name, value)
    form.append('t', new Blob([document]), '../../t.xml')
    const answer = await fetch(`${origin.tap}/sync`, {
      method: 'POST',
      body: form,
      signal: AbortSignal.timeout(10_000),
    })
    return { status: answer.status, text: await answer.text() }
  }

  it.each([
    'a"; DROP TABLE products; --',
    '?1 $1',
    'row_shown',
    'rowid',
    'ctid',
    'c0',
    '__proto__',
    'x'.repeat(60_000),
  ])('takes a column for no more than its name: %.40s', async (name) => {
    const field = `<FIELD name="${name.replaceAll('"', '&quot;')}" datatype="int"/>`
    const { status, text } = await send(table(field, cell('7')))
    expect(status).toBe(200)
    expect(text.replaceAll('"', '')).toBe(`${name.replaceAll('"', '')}\r\n7\r\n`)
  })

  it.each([
    ['a length beyond the end', table(TEXT, binary('BINARY', 0x77, 0x35, 0x94, 0x00, 97))],
    ['a negative length', table(TEXT, binary('BINARY2', 0, 255, 255, 255, 251, 97))],
    ['cells of gigabytes', table('<FIELD name="a" datatype="double" arraysize="999999999"/>', binary('BINARY', 0))],
    ['rows of nothing', table('<FIELD name="a" datatype="double" arraysize="0"/>', binary('BINARY', 0))],
    ['no columns', table('', binary('BINARY', 0))],
    ['10^5 elements in one another', `<VOTABLE>${'<RESOURCE>'.repeat(100_000)}`],
    ['1000 columns', table('<FIELD name="a" datatype="int"/>'.repeat(1000), cell('1'))],
    ['characters that are none', table(TEXT, cell('&#0;&#x110000;'))],
    ['an attribute of 20 MB', `<VOTABLE a="${'x'.repeat(20_000_000)}">`],
  ])('refuses a table with %s', async (_, document) => {
    const { status, text } = await send(document)
    expect([400, 413]).toContain(status)
    expect(text).toContain('UsageFault: the upload mine cannot be read')
  })

  it('knows of no job but to its owner, whatever is asked of it', async () => {
    const headers = { authorization: `Bearer ${await origin.token({ user: 'ada' })}` }
    const other = { authorization: `Bearer ${await origin.token({ user: 'eve' })}` }
    const body = new URLSearchParams({ LANG: 'ADQL', QUERY: 'SELECT COUNT(*) AS n FROM ivoa.obscore' })
    const { url } = await fetch(`${origin.tap}/async`, { method: 'POST', body, headers })
    const parts = '/phase /parameters /parameters/QUERY /destruction /executionduration /owner /quote /error /results'
    for (const who of [{}, other]) {
      for (const part of ['', ...parts.split(' '), '/results/result'])
        expect((await fetch(url + part, { headers: who })).status, part).toBe(404)
      for (const [part, name, value] of [
        ['/phase', 'PHASE', 'RUN'],
        ['', 'ACTION', 'DELETE'],
        ['/destruction', 'DESTRUCTION', '2000-01-01T00:00:00Z'],
        ['/parameters', 'QUERY', 'SELECT 1'],
      ]) {
        const init = { method: 'POST', headers: who, body: new URLSearchParams({ [name]: value }) }
        expect((await fetch(url + part, init)).status, part).toBe(404)
      }
      expect((await fetch(url, { method: 'DELETE', headers: who })).status).toBe(404)
      expect(await (await fetch(`${origin.tap}/async`, { headers: who })).text()).not.toContain('jobref')
    }
    expect(await (await fetch(`${url}/phase`, { headers })).text()).toBe('PENDING')
  })

  it('takes RUN, ABORT and DELETE of one job at the same time', async () => {
    const headers = { authorization: `Bearer ${await origin.token({ user: 'ada' })}` }
    const QUERY = 'SELECT COUNT(*) AS n FROM ivoa.obscore a, ivoa.obscore b, ivoa.obscore c'
    const body = () => new URLSearchParams({ LANG: 'ADQL', QUERY, PHASE: 'RUN' })
    for (let i = 0; i < 5; i++) {
      const { url } = await fetch(`${origin.tap}/async`, { method: 'POST', body: body(), headers })
      const told = [{ PHASE: 'RUN' }, { PHASE: 'ABORT' }, { ACTION: 'DELETE' }, { PHASE: 'RUN' }, { ACTION: 'DELETE' }]
      const answers = await Promise.all(
        told.map((form) => fetch(url, { method: 'POST', headers, body: new URLSearchParams(form as never) })),
      )
      for (const { status } of answers) expect(status).toBeLessThan(500)
      expect((await fetch(url, { headers })).status).toBe(404)
    }
  })

  it('keeps what is no text of XML, TSV or CSV out of their structure', async () => {
    const ask = async (FORMAT: string) => {
      const QUERY = `SELECT 'a\tb\nc\rd"]]>&<' AS "x\ty\nz" FROM survey.release`
      const form = new URLSearchParams({ LANG: 'ADQL', FORMAT, QUERY })
      return (await fetch(`${origin.tap}/sync`, { method: 'POST', body: form })).text()
    }
    for (const line of (await ask('tsv')).trimEnd().split('\n')) expect(line).not.toMatch(/[\t\r]/)
    expect((await ask('csv')).split('\r\n')[0]).toBe('"x\ty\nz"')
    expect(await ask('votable')).not.toContain(']]>')
  })
})
