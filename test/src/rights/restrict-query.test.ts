import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide, restrictQuery, satisfies } from '#src/rights'
import { anyPrincipal, anyRights, NOW } from '../../support/rights.ts'

describe('the condition on rights', () => {
  it('holds for exactly those that the policy allows', () => {
    fc.assert(
      fc.property(anyPrincipal, anyRights, fc.constantFrom('read:image', 'read:tap'), (who, rights, scope) => {
        const listed = satisfies(rights, restrictQuery(who, NOW, { scope }))
        expect(listed).toBe(decide(who, rights, NOW, { scope }).outcome === 'allow')
      }),
      { numRuns: 3000 },
    )
  })
})
