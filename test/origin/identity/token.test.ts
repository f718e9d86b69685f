// Tokens and the door with real keys in a real folder; forged ones as an attacker would make them.

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { base64url, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ANONYMOUS, TOKEN_AUDIENCE, tokenIssuer } from '#src/rights'
import { openSqliteCatalog } from '../../../origin/catalog/sqlite/sqlite-catalog.ts'
import { createDoor } from '../../../origin/identity/door.ts'
import { loadEdgeSecret, loadTokenKeys, type TokenKeys } from '../../../origin/identity/keys.ts'
import { createVerifier, issueToken, type Verify } from '../../../origin/identity/token.ts'

const AUTHORITY = 'skyedge.example'
const NOW = Date.UTC(2027, 0, 10)
const REQUEST = { user: 'ann', scopes: ['read:image'], groups: ['demo-team'], dataRights: ['dr1'], ttlS: 3600 }

let folder: string
let keys: TokenKeys
let verify: Verify
const issue = (more: Partial<typeof REQUEST> = {}) =>
  issueToken(keys, { ...REQUEST, ...more }, { authority: AUTHORITY, nowMs: NOW })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyedge-keys-'))
  keys = await loadTokenKeys(folder)
  verify = createVerifier(keys, { authority: AUTHORITY })
})
afterAll(() => rm(folder, { recursive: true }))

describe('keys', () => {
  it('lie in files of their owner alone, and the public set holds nothing private', async () => {
    const mode = async (path: string) => ((await stat(join(folder, path))).mode & 0o777).toString(8)
    expect(await mode('keys')).toBe('700')
    expect(await readdir(join(folder, 'keys'))).toEqual(['es256-1.json'])
    expect(await mode('keys/es256-1.json')).toBe('600')
    expect(Object.keys(keys.jwks.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  })

  it('lie in a folder that others of the machine cannot enter, whoever makes it first', async () => {
    const makers = [
      (data: string) => loadEdgeSecret(data),
      (data: string) => loadTokenKeys(data),
      (data: string) => openSqliteCatalog(join(data, 'catalog.sqlite')).close(),
    ]
    for (const [i, make] of makers.entries()) {
      await make(join(folder, `data${i}`))
      expect(((await stat(join(folder, `data${i}`))).mode & 0o777).toString(8)).toBe('700')
    }
  })

  it('are made once, also by processes that start together', async () => {
    const shared = await mkdtemp(join(tmpdir(), 'skyedge-keys-'))
    const [a, ...others] = await Promise.all(Array.from({ length: 8 }, () => loadTokenKeys(shared)))
    for (const other of others) expect(other.kid).toBe(a.kid)
    const secrets = await Promise.all(Array.from({ length: 8 }, () => loadEdgeSecret(shared)))
    expect(new Set(secrets).size).toBe(1)
    expect(secrets[0].length).toBeGreaterThanOrEqual(40)
    expect(((await stat(join(shared, 'secret'))).mode & 0o777).toString(8)).toBe('600')
    expect((await readdir(shared)).sort()).toEqual(['keys', 'secret'])
    await rm(shared, { recursive: true })
  })
})

describe('a token', () => {
  it('comes back as the principal it was made for, until it ends', async () => {
    const { token, expiresAtMs } = await issue()
    expect(await verify(token, NOW)).toEqual({
      sub: 'ann',
      scopes: ['read:image'],
      groups: ['demo-team'],
      dataRights: ['dr1'],
      expiresAtMs,
    })
    expect(await verify(token, expiresAtMs - 1000)).toBeDefined()
    expect(await verify(token, expiresAtMs)).toBeUndefined()
    expect(await verify(token, NOW - 1000)).toBeUndefined()
  })

  it('is refused when it was forged', async () => {
    const { token } = await issue()
    const [head, , signature] = token.split('.')
    const claims = { sub: 'eve', data_rights: 'dr1', iss: tokenIssuer(AUTHORITY), aud: TOKEN_AUDIENCE, exp: 4e9 }
    const payload = base64url.encode(JSON.stringify(claims))
    const other = await generateKeyPair('ES256')
    const signed = (alg: string, key: Parameters<SignJWT['sign']>[0], more: object = {}, kid = keys.kid) =>
      new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg, kid }).sign(key)
    const publicText = new TextEncoder().encode(JSON.stringify(keys.jwks.keys[0]))
    const forged = {
      'another payload': `${head}.${payload}.${signature}`,
      'no signature': new UnsecuredJWT(claims).encode(),
      'an empty signature': `${head}.${payload}.`,
      'another key under our kid': await signed('ES256', other.privateKey),
      'HMAC with the public key as secret': await signed('HS256', publicText),
      'a key of its own in the header': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(other.publicKey) })
        .sign(other.privateKey),
      'another audience': await signed('ES256', keys.privateKey, { aud: 'other' }),
      'another issuer': await signed('ES256', keys.privateKey, { iss: 'https://evil.example' }),
      'no end': await signed('ES256', keys.privateKey, { exp: undefined }),
      'no user': await signed('ES256', keys.privateKey, { sub: undefined }),
      garbage: 'a.b.c',
    }
    for (const [what, text] of Object.entries(forged)) expect(await verify(text, NOW), what).toBeUndefined()
  })
})

describe('the door', () => {
  const SECRET = 'only-for-tests-0123456789'
  const knock = (headers: Record<string, string>) => createDoor(SECRET, verify)((name) => headers[name], NOW)
  const principal = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

  it('lets an edge speak for whom it identified, and nobody else', async () => {
    const spoken = { sub: 'ann', scopes: [], groups: [], dataRights: ['dr1'] }
    const headers = { 'x-skyedge-edge': SECRET, 'x-skyedge-principal': principal(spoken) }
    expect(await knock(headers)).toMatchObject({ principal: spoken, from: 'edge' })
    expect(await knock({ 'x-skyedge-edge': SECRET })).toEqual({ principal: ANONYMOUS, from: 'edge' })
    expect(await knock({ ...headers, 'x-skyedge-edge': `${SECRET}x` })).toBe('bad-edge')
    expect(await knock({ 'x-skyedge-edge': SECRET, 'x-skyedge-principal': '!!!' })).toBe('bad-edge')
    // Without the secret the other header is nothing.
    expect(await knock({ 'x-skyedge-principal': principal(spoken) })).toEqual({ principal: ANONYMOUS, from: 'direct' })
  })

  it('takes a token as Bearer, as Basic password and as cookie', async () => {
    const { token } = await issue()
    const expected = { principal: { sub: 'ann' }, from: 'direct' }
    expect(await knock({ authorization: `Bearer ${token}` })).toMatchObject(expected)
    expect(await knock({ authorization: `Basic ${btoa(`x:${token}`)}` })).toMatchObject(expected)
    expect(await knock({ cookie: `skyedge_session=${token}` })).toMatchObject(expected)
  })

  it('refuses a bad token in a header, and passes over a bad cookie', async () => {
    expect(await knock({ authorization: 'Bearer a.b.c' })).toBe('bad-token')
    expect(await knock({ authorization: 'Basic Og==' })).toBe('bad-token')
    expect(await knock({ cookie: 'skyedge_session=a.b.c' })).toEqual({ principal: ANONYMOUS, from: 'direct' })
  })
})
