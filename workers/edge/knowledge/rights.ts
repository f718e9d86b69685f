// Rights as the origin's JSON says them, read strictly: what cannot be understood must not read as "public".

import type { ProductRights } from '#src/rights'

export function parseRights(value: unknown): ProductRights {
  const rights = value as Partial<Record<keyof ProductRights, unknown>> | null
  if (typeof rights !== 'object' || rights === null) throw new TypeError('no rights are given')
  const { access, release, publicFromMs, embargoUntilMs, owner, users, groups } = rights
  if (access !== 'public' && access !== 'proprietary' && access !== 'level3')
    throw new TypeError('rights name no access')
  if (typeof release !== 'string') throw new TypeError('rights name no release')
  return {
    access,
    release,
    publicFromMs: time(publicFromMs),
    embargoUntilMs: time(embargoUntilMs),
    owner: typeof owner === 'string' ? owner : undefined,
    users: names(users),
    groups: names(groups),
  }
}

function time(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || Number.isNaN(value)) throw new TypeError('rights hold a time that is no number')
  return value
}

const names = (value: unknown): string[] | undefined =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : undefined
