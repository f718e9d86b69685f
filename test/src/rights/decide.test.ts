// The policy as a matrix: who (rows) sees what (columns), at one moment. The table is printed as it is compared.

import { describe, expect, it } from 'vitest'
import { ANONYMOUS, type Decision, decide, type Principal, type ProductRights } from '#src/rights'

const NOW = Date.UTC(2027, 0, 10)
const DAY = 86_400_000
const EXPIRY = NOW + 3_600_000

const user = (sub: string, more: Partial<Principal> = {}): Principal => ({
  sub,
  scopes: ['read:image'],
  groups: [],
  dataRights: [],
  expiresAtMs: EXPIRY,
  ...more,
})

const WHO: Record<string, Principal> = {
  anonymous: ANONYMOUS,
  'no rights': user('ann'),
  'dr1 rights': user('bob', { dataRights: ['dr1'] }),
  'dr2 rights': user('cat', { dataRights: ['dr2'] }),
  'dr1, no scope': user('dan', { dataRights: ['dr1'], scopes: ['read:tap'] }),
  owner: user('eve'),
  'named user': user('fay'),
  'in the group': user('gus', { groups: ['demo-team'] }),
  'expired dr1': user('hal', { dataRights: ['dr1'], expiresAtMs: NOW }),
}

const WHAT: Record<string, ProductRights> = {
  public: { access: 'public', release: 'dr1' },
  'public later': { access: 'public', release: 'dr1', publicFromMs: NOW + DAY },
  proprietary: { access: 'proprietary', release: 'dr1' },
  released: { access: 'proprietary', release: 'dr1', publicFromMs: NOW },
  embargoed: { access: 'public', release: 'dr1', embargoUntilMs: NOW + DAY },
  'embargo over': { access: 'public', release: 'dr1', embargoUntilMs: NOW },
  'level 3': { access: 'level3', release: 'dr1', owner: 'eve', users: ['fay'], groups: ['demo-team'] },
}

const short = (decision: Decision) =>
  decision.outcome === 'deny' ? String(decision.status) : decision.public ? 'public' : 'yes'

function matrix(): string {
  const columns = Object.keys(WHAT)
  const line = (head: string, cells: string[]) =>
    [head.padEnd(14), ...cells.map((cell, i) => cell.padEnd(columns[i].length))].join(' | ').trimEnd()
  const rows = Object.entries(WHO).map(([name, who]) =>
    line(
      name,
      columns.map((what) => short(decide(who, WHAT[what], NOW))),
    ),
  )
  return [line('', columns), ...rows].join('\n')
}

const EXPECTED = `
               | public | public later | proprietary | released | embargoed | embargo over | level 3
anonymous      | public | 401          | 401         | public   | 403       | public       | 401
no rights      | public | 403          | 403         | public   | 403       | public       | 403
dr1 rights     | public | yes          | yes         | public   | 403       | public       | 403
dr2 rights     | public | 403          | 403         | public   | 403       | public       | 403
dr1, no scope  | public | 403          | 403         | public   | 403       | public       | 403
owner          | public | 403          | 403         | public   | 403       | public       | yes
named user     | public | 403          | 403         | public   | 403       | public       | yes
in the group   | public | 403          | 403         | public   | 403       | public       | yes
expired dr1    | public | 401          | 401         | public   | 403       | public       | 401
`

describe('the policy', () => {
  it('is this table', () => {
    const table = matrix()
    console.log(table)
    expect(table.trim()).toBe(EXPECTED.trim())
  })

  it('ends a permission that is not public with the token', () => {
    expect(decide(WHO['dr1 rights'], WHAT.proprietary, NOW)).toMatchObject({ public: false, untilMs: EXPIRY })
    expect(decide(WHO['dr1 rights'], WHAT.public, NOW)).not.toHaveProperty('untilMs')
  })

  it('says when a refusal will end, where that is known', () => {
    expect(decide(ANONYMOUS, WHAT.embargoed, NOW)).toMatchObject({ fromMs: NOW + DAY })
    expect(decide(ANONYMOUS, WHAT['public later'], NOW)).toMatchObject({ fromMs: NOW + DAY })
    expect(decide(ANONYMOUS, WHAT.proprietary, NOW)).toMatchObject({ fromMs: undefined })
    // Under both, the later one counts.
    const both: ProductRights = { ...WHAT.embargoed, publicFromMs: NOW + 3 * DAY }
    expect(decide(ANONYMOUS, both, NOW)).toMatchObject({ fromMs: NOW + 3 * DAY })
  })

  it('turns at the moment itself, not before', () => {
    const rights: ProductRights = { access: 'public', release: 'dr1', embargoUntilMs: NOW + 1 }
    expect(decide(ANONYMOUS, rights, NOW).outcome).toBe('deny')
    expect(decide(ANONYMOUS, rights, NOW + 1).outcome).toBe('allow')
  })

  it('names the missing scope, and never another user or a group', () => {
    expect(decide(WHO['dr1, no scope'], WHAT.proprietary, NOW)).toMatchObject({ missingScope: 'read:image' })
    const reasons = Object.values(WHO).flatMap((who) =>
      Object.values(WHAT).map((what) => decide(who, what, NOW).reason),
    )
    for (const reason of reasons) expect(reason).not.toMatch(/eve|fay|demo-team/)
  })

  it('gives an anonymous caller nothing through an access list with a hole in it', () => {
    const rights = {
      access: 'level3',
      release: 'dr1',
      owner: undefined,
      users: [undefined],
    } as unknown as ProductRights
    expect(decide(ANONYMOUS, rights, NOW)).toMatchObject({ outcome: 'deny', status: 401 })
  })
})
