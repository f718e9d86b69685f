// What was purged, and how often: rows of `purges`. A count only ever goes up, so that no generation comes back.

import type { Executor, Row } from './executor.ts'
import { PURGE_KINDS, type Purge, type PurgeKind, type PurgeTarget } from './store.ts'

export async function countedUp(store: Executor, { kind, name }: PurgeTarget, nowMs: number): Promise<Purge> {
  const sql = `INSERT INTO purges (kind, name, times, at_ms) VALUES (?, ?, 1, ?)
    ON CONFLICT (kind, name) DO UPDATE SET times = purges.times + 1, at_ms = excluded.at_ms
    RETURNING kind, name, times, at_ms`
  return purgeOf((await store.one(sql, kind, name, nowMs)) as Row)
}

export async function purges(store: Executor, kinds: readonly PurgeKind[] = PURGE_KINDS): Promise<Purge[]> {
  const places = kinds.map(() => '?').join(', ')
  const sql = `SELECT kind, name, times, at_ms FROM purges WHERE kind IN (${places}) ORDER BY kind, name`
  return (await store.all(sql, ...kinds)).map(purgeOf)
}

export async function purgeCount(store: Executor, targets: readonly PurgeTarget[]): Promise<number> {
  const places = targets.map(() => '(kind = ? AND name = ?)').join(' OR ')
  const sql = `SELECT CAST(coalesce(sum(times), 0) AS bigint) AS times FROM purges WHERE ${places}`
  const row = await store.one(sql, ...targets.flatMap(({ kind, name }) => [kind, name]))
  return row?.times as number
}

const purgeOf = ({ kind, name, times, at_ms }: Row): Purge => ({
  kind: kind as PurgeKind,
  name: name as string,
  count: times as number,
  atMs: at_ms as number,
})
