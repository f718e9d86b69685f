import { describe, expect, it } from 'vitest'
import { ANONYMOUS, decide, type Principal, type ProductRights, seenByAll, seenByHolders } from '#src/rights'

const NOW = 1_000
const RIGHTS: readonly ProductRights[] = [
  { access: 'public', release: 'dr1' },
  { access: 'public', release: 'dr1', publicFromMs: NOW + 1 },
  { access: 'public', release: 'dr1', embargoUntilMs: NOW + 1 },
  { access: 'proprietary', release: 'dr1' },
  { access: 'proprietary', release: 'dr1', publicFromMs: NOW },
  { access: 'proprietary', release: 'dr1', embargoUntilMs: NOW + 1 },
  { access: 'proprietary', release: 'dr2' },
  { access: 'level3', release: 'dr1', owner: 'ann' },
  { access: 'level3', release: 'dr1', owner: 'ann', publicFromMs: NOW },
  { access: 'level3', release: 'dr1', owner: 'bob', users: ['ann'] },
  { access: 'level3', release: 'dr1', owner: 'bob', groups: ['g'] },
  { access: 'level3', release: 'dr1', owner: 'ann', embargoUntilMs: NOW + 1 },
]
const scopes = ['read:image']
const PEOPLE: readonly Principal[] = [
  ANONYMOUS,
  { sub: 'ann', scopes, groups: [], dataRights: [] },
  { sub: 'ann', scopes, groups: ['g'], dataRights: ['dr1'] },
  { sub: 'bob', scopes, groups: ['g'], dataRights: ['dr2'] },
  { sub: 'cat', scopes, groups: ['g'], dataRights: [] },
  { sub: 'dan', scopes, groups: [], dataRights: ['dr1', 'dr2'] },
]
const may = (who: Principal, rights: ProductRights) => decide(who, rights, NOW).outcome === 'allow'

describe('what is told to all who may see a map', () => {
  it.each(RIGHTS)('names nothing that one of them may not see: %j', (map) => {
    const holders = PEOPLE.filter((who) => may(who, map))
    for (const other of RIGHTS.filter(seenByHolders(map, NOW)))
      for (const who of holders) expect([who.sub, other, may(who, other)]).toEqual([who.sub, other, true])
  })

  it('is what the map itself is of, and what everybody may see', () => {
    for (const map of RIGHTS.filter((rights) => PEOPLE.some((who) => may(who, rights)))) {
      const isTold = seenByHolders(map, NOW)
      expect(isTold(map)).toBe(true)
      for (const other of RIGHTS.filter(seenByAll(NOW))) expect([map, other, isTold(other)]).toEqual([map, other, true])
    }
    expect(RIGHTS.filter(seenByAll(NOW))).toEqual(RIGHTS.filter((rights) => may(ANONYMOUS, rights)))
  })
})
