// The databases that a catalogue can be in. What is tested on each is reported as skipped on one that is absent.

import { describe } from 'vitest'
import { always, postgres } from './optional.ts'

export const DATABASES = [
  { store: 'SQLite', needs: always },
  { store: 'PostgreSQL', needs: postgres() },
] as const
export type Database = (typeof DATABASES)[number]['store']

/** `what` on SQLite, `what` on PostgreSQL. */
export function onEachDatabase(what: string, tests: (store: Database) => void): void {
  for (const { store, needs } of DATABASES)
    describe.skipIf(!needs.found)(needs.says(`${what} on ${store}`), () => tests(store))
}
