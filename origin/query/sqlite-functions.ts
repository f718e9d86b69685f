// The functions that SQLite lacks and queries need.

import type { DatabaseSync } from 'node:sqlite'

export function registerFunctions(_db: DatabaseSync): void {}
