// `skyedge token issue`, run as an operator runs it, and the token taken to a verifier.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTokenKeys } from '../../origin/identity/keys.ts'
import { createVerifier } from '../../origin/identity/token.ts'

const SKYEDGE = new URL('../../scripts/skyedge.ts', import.meta.url).pathname
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyedge-token-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, [SKYEDGE, 'token', 'issue', ...args], {
    encoding: 'utf8',
    env: { ...process.env, SKYEDGE_DATA: folder },
  })

describe('skyedge token issue', () => {
  it('prints a token that the origin takes', async () => {
    const { stdout, status } = run('--user', 'ann', '--groups', 'a,b', '--data-rights', 'dr1', '--ttl', '2h', '--json')
    expect(status).toBe(0)
    const { token, expires } = JSON.parse(stdout)
    const verify = createVerifier(await loadTokenKeys(folder), { authority: 'skyedge.example' })
    expect(await verify(token, Date.now() + 1000)).toMatchObject({
      sub: 'ann',
      groups: ['a', 'b'],
      dataRights: ['dr1'],
      scopes: ['read:image', 'read:tap'],
    })
    expect(Date.parse(expires) - Date.now()).toBeGreaterThan(7_100_000)
    const bare = run('--user', 'ann', '--scope', 'read:tap').stdout.trim()
    expect(await verify(bare, Date.now() + 1000)).toMatchObject({ scopes: ['read:tap'], dataRights: [] })
  })

  it.each([
    [[], /--user/],
    [['--user', 'a b'], /expected a user name, got "a b"/],
    [['--user', 'a', '--ttl', '2y'], /expected a time such as 15m/],
    [['--user', 'a', '--ttl', '900d'], /up to a year/],
    [['--user', 'a', '--groups', 'a;b'], /expected words separated by commas/],
  ])('ends with 2 for wrong usage: %j', (args, message) => {
    const { stderr, status } = run(...args)
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
  })
})
