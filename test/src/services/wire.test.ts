import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANONYMOUS, type Principal, principalOf } from '#src/rights'
import { heardPrincipal, spokenPrincipal } from '#src/services'

describe('a principal on the wire', () => {
  it('is heard as it was spoken, whatever letters a name holds', () => {
    const words = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), { maxLength: 12 })
    const principals = fc.record({
      sub: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      scopes: words,
      groups: words,
      dataRights: words,
      expiresAtMs: fc.integer({ min: 0 }),
    })
    fc.assert(
      fc.property(principals, (principal) => {
        expect(heardPrincipal(spokenPrincipal(principal))).toEqual(principal)
      }),
    )
    expect(heardPrincipal(spokenPrincipal(ANONYMOUS))).toEqual(ANONYMOUS)
  })

  it('may be a member of very many groups, as many as a header carries', () => {
    const groups = Array.from({ length: 1000 }, (_, k) => `groupe-été-${k}`)
    const principal = principalOf({ sub: 'ann', exp: 2000, groups, scope: groups, data_rights: groups }) as Principal
    const spoken = spokenPrincipal(principal)
    expect(heardPrincipal(spoken)).toEqual(principal)
    expect(principal.groups.length).toBeGreaterThan(100)
    expect(spoken.length).toBeLessThan(12_000)
  })

  it('fits a header without escapes', () => {
    const spoken = spokenPrincipal({ sub: 'Zoë ÿ>?', scopes: ['a'], groups: [], dataRights: [] })
    expect(spoken).toMatch(/^[\w-]+$/)
  })

  it.each(['', '!!!', 'e30=e30', btoa('[]'), btoa('{"sub":1}'), btoa('{"sub":'), btoa('\xff\xfe')])(
    'is nobody when it is %j',
    (text) => expect(heardPrincipal(text)).toBeUndefined(),
  )
})
