// Principals and rights drawn so that they meet often: few names, and times on both sides of one moment.

import fc from 'fast-check'
import type { Principal, ProductRights } from '#src/rights'

export const NOW = Date.UTC(2027, 0, 10)
const name = fc.constantFrom('ann', 'bob', 'demo-team', `o'hara`, '?', '')
const names = fc.uniqueArray(name, { maxLength: 3 })
const release = fc.constantFrom('dr1', 'dr2', 'DR1')
const time = fc.constantFrom(NOW - 1, NOW - 0.5, NOW, NOW + 0.5, NOW + 86_400_000, 0)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

export const anyPrincipal: fc.Arbitrary<Principal> = fc.record({
  sub: maybe(name),
  scopes: fc.subarray(['read:image', 'read:tap']),
  groups: names,
  dataRights: fc.uniqueArray(release, { maxLength: 2 }),
  expiresAtMs: maybe(time),
})

export const anyRights: fc.Arbitrary<ProductRights> = fc
  .record({
    access: fc.constantFrom('public' as const, 'proprietary' as const, 'level3' as const),
    release,
    publicFromMs: maybe(time),
    embargoUntilMs: maybe(time),
    owner: maybe(name),
    users: maybe(names),
    groups: maybe(names),
  })
  .map((rights) => Object.fromEntries(Object.entries(rights).filter(([, value]) => value !== undefined)))
  .map((rights) => rights as unknown as ProductRights)
