import { describe, expect, it } from 'vitest'
import { challenges, credentialsIn } from '#src/rights'

const TOKEN = 'aaa.bbb.c-_'
const read = (headers: Record<string, string>) => credentialsIn((name) => headers[name])
const basic = (pair: string) => ({ authorization: `Basic ${btoa(pair)}` })

describe('credentials', () => {
  it('are a bearer token, a Basic user name or password, or the session cookie', () => {
    expect(read({ authorization: `Bearer ${TOKEN}` })).toEqual({ token: TOKEN, from: 'bearer' })
    expect(read({ authorization: `bearer ${TOKEN}` })).toMatchObject({ token: TOKEN })
    expect(read(basic(`${TOKEN}:x-oauth-basic`))).toEqual({ token: TOKEN, from: 'basic' })
    expect(read(basic(`ann:${TOKEN}`))).toEqual({ token: TOKEN, from: 'basic' })
    expect(read({ cookie: `a=b; skyedge_session=${TOKEN}; c=d` })).toEqual({ token: TOKEN, from: 'cookie' })
  })

  it('are absent where none are', () => {
    expect(read({})).toBeUndefined()
    expect(read({ cookie: 'skyedge_session=' })).toBeUndefined()
    expect(read({ cookie: 'skyedge_session=not-a-token; xskyedge_session=a.b.c' })).toBeUndefined()
  })

  it('are malformed where an Authorization holds no token; a cookie does not help it then', () => {
    const cookie = `skyedge_session=${TOKEN}`
    for (const authorization of [
      'Bearer',
      'Bearer x',
      `Token ${TOKEN}`,
      'Basic !!!',
      'Basic YTpi',
      `Bearer ${TOKEN} x`,
    ])
      expect(read({ authorization, cookie })).toBe('malformed')
    expect(read({ authorization: `Bearer ${'a'.repeat(20_000)}.b.c` })).toBe('malformed')
  })

  it('are asked for as Bearer and as Basic', () => {
    expect(challenges({ error: 'insufficient_scope', scope: 'read:image' })).toEqual([
      'Bearer realm="skyedge", error="insufficient_scope", scope="read:image"',
      'Basic realm="skyedge", charset="UTF-8"',
    ])
  })
})
