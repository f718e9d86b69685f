import { describe, expect, it } from 'vitest'
import { principalFromJson, principalOf } from '#src/rights'

describe('claims', () => {
  it('become a principal', () => {
    const payload = { sub: 'ann', exp: 2000, scope: 'read:image read:tap', groups: ['a', 'b'], data_rights: 'dr1 dr2' }
    expect(principalOf(payload)).toEqual({
      sub: 'ann',
      scopes: ['read:image', 'read:tap'],
      groups: ['a', 'b'],
      dataRights: ['dr1', 'dr2'],
      expiresAtMs: 2_000_000,
    })
  })

  it('of the wrong type grant nothing', () => {
    const payload = { sub: 'ann', exp: 2000, scope: 7, groups: 'demo-team', data_rights: { dr1: true } }
    expect(principalOf(payload)).toMatchObject({ scopes: [], groups: [], dataRights: [] })
    expect(principalOf({ ...payload, groups: ['ok', 1, null, ''] })).toMatchObject({ groups: ['ok'] })
  })

  it('without a user or an end make no principal', () => {
    for (const payload of [
      { exp: 1 },
      { sub: '', exp: 1 },
      { sub: 5, exp: 1 },
      { sub: 'ann' },
      { sub: 'ann', exp: '1' },
    ])
      expect(principalOf(payload)).toBeUndefined()
  })

  it('are bounded: a user in very many groups still fits in a header, and loses only what was left out', () => {
    const many = Array.from({ length: 5000 }, (_, k) => `gruppe-für-${k}`)
    const principal = principalOf({ sub: 'ann', exp: 2000, scope: many.join(' '), groups: many, data_rights: many })
    expect(principal?.groups).toEqual(many.slice(0, principal?.groups.length))
    expect(principal?.groups.length).toBeGreaterThan(100)
    expect(Buffer.byteLength(JSON.stringify(principal))).toBeLessThan(10_000)
  })

  it('travel between the halves as JSON, and a broken one makes no principal', () => {
    const principal = principalOf({ sub: 'ann', exp: 2000, groups: ['g'] })
    expect(principalFromJson(JSON.stringify(principal))).toEqual(principal)
    for (const text of ['', '{', 'null', '[]', '"ann"', '{"sub":""}', '{"sub":["ann"]}', '{"expiresAtMs":"x"}'])
      expect(principalFromJson(text)).toBeUndefined()
  })
})
