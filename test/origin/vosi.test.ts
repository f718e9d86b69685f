// VOSI documents against the official schemas (STILTS carries them) and against what pyvo reads out of them.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command, PYTHON, python, shared, sharedFile } from '../support/optional.ts'
import { startTestOrigin, type TestOrigin } from '../support/origin.ts'
import { run } from '../support/run.ts'

let origin: TestOrigin
beforeAll(async () => {
  origin = await startTestOrigin()
})
afterAll(() => origin?.end())

const judges = command('stilts', 'xmllint', 'curl')
const judge = sharedFile('conformance/vosi.sh')
const pyvo = python('pyvo')

describe('the VOSI documents of /soda', () => {
  it.skipIf(!judges.found || !judge.found)(judges.says(judge.says('are valid')), async () => {
    const { status, output } = await run(shared('conformance/vosi.sh'), ['-n', `${origin.url}/soda`])
    expect(output).toMatch(/Validation OK[\s\S]*Validation OK/)
    expect(status).toBe(0)
  })

  it.skipIf(!pyvo.found)(pyvo.says('tell pyvo where and how the cutouts are'), async () => {
    const script = `
import io, sys
from pyvo.io.vosi import parse_capabilities
from urllib.request import urlopen
caps = {c.standardid: c for c in parse_capabilities(io.BytesIO(urlopen(sys.argv[1]).read()))}
soda = caps["ivo://ivoa.net/std/SODA#sync-1.0"]
print(soda.interfaces[0].accessurls[0].content, [m.standardid for m in soda.interfaces[0].securitymethods])`
    const { output } = await run(PYTHON, ['-c', script, `${origin.url}/soda/capabilities`])
    expect(output).toContain(`${origin.url}/soda/sync`)
    expect(output).toContain('BasicAA')
  })

  it('say no when the catalogue cannot be read', async () => {
    const alone = await startTestOrigin()
    await alone.catalog.close()
    const text = await (await fetch(`${alone.url}/soda/availability`)).text()
    expect(text).toContain('<vosi:available>false</vosi:available>')
    expect((await fetch(`${alone.url}/healthz`)).status).toBe(503)
    const answer = await fetch(`${alone.url}/soda/sync?ID=x`)
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(await answer.text()).toMatch(/^(?:ServiceUnavailable|Error): [a-z ]+\n$/)
  })
})
