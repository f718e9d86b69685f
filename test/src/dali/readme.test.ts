// The service of the README of src/dali, run as it stands there.

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../support/free-ports.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'src/dali/README.md'), 'utf8'))!

let child: ChildProcess
let base: string

async function untilItAnswers(): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (
      await fetch(base).then(
        () => true,
        () => false,
      )
    )
      return
  throw new Error('the service of the README does not start')
}

beforeAll(async () => {
  const [port] = await freePorts(1)
  base = `http://127.0.0.1:${port}`
  child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port) },
    stdio: 'inherit',
  })
  await untilItAnswers()
}, 20_000)
afterAll(() => child?.kill())

describe('the service of the README', () => {
  it('has about twenty lines', () => {
    expect(code.trim().split('\n').length).toBeLessThanOrEqual(22)
  })

  it('answers by GET and POST, names in any case', async () => {
    const asked = `${base}/?circle=280+38+2`
    expect(await (await fetch(asked)).json()).toMatchObject([{ name: 'Vega' }])
    const form = new URLSearchParams({ CIRCLE: '280 38 2', maxrec: '0' })
    expect(await (await fetch(base, { method: 'POST', body: form })).json()).toEqual([])
    const multipart = new FormData()
    multipart.append('Circle', '100 -17 5')
    expect(await (await fetch(base, { method: 'POST', body: multipart })).json()).toMatchObject([{ name: 'Sirius' }])
  })

  it('refuses what it does not know and what it cannot read, as a VOTable', async () => {
    for (const [query, words] of [
      ['CIRCLE=1+2', 'CIRCLE needs 3 numbers, got 2'],
      ['CIRCLE=1+2+3&SIZE=4', 'is no parameter of this service'],
      ['', 'CIRCLE is missing'],
    ]) {
      const answer = await fetch(`${base}/?${query}`)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/x-votable+xml'])
      const text = await answer.text()
      expect(text).toContain('value="ERROR"')
      expect(text).toContain(words)
    }
  })
})
