// PostgreSQL's SQLSTATEs, and what a lost connection looks like -> the catalogue's errors. No SQL, no address and no
// user goes into the message.

import { CatalogError, type CatalogErrorCode } from '../store.ts'

type Meaning = readonly [CatalogErrorCode, string]
const AWAY: Meaning = ['unavailable', 'the database of SKYEDGE_DATABASE_URL does not answer: try again']

/** By SQLSTATE, or its class (first two characters), PostgreSQL 15 Appendix A. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': AWAY,
  '57P01': AWAY,
  '57P02': AWAY,
  '57P03': AWAY,
  '57014': ['unavailable', 'the database took too long to answer'],
  '53': ['unavailable', 'the database has no room for another connection or query: try again'],
  '53100': ['full', 'the disk of the database is full: nothing of this change was kept'],
  '28': ['not-writable', 'the database refuses the user or the password of SKYEDGE_DATABASE_URL'],
  '3D': ['not-writable', 'the database that SKYEDGE_DATABASE_URL names does not exist: create it'],
  '25006': ['not-writable', 'the database may only be read: is SKYEDGE_DATABASE_URL that of a replica?'],
  '42501': ['not-writable', 'the user of SKYEDGE_DATABASE_URL has not the rights it needs in the database'],
  '40': ['unavailable', 'other writers were in the way again and again: try again'],
  '55P03': ['unavailable', 'the catalogue is being changed by another process: try again'],
  '22': ['conflict', 'a value of the change cannot be kept'],
  '23': ['conflict', 'the change contradicts what the catalogue holds'],
  '42': ['broken', 'the database holds another catalogue than this version of Skyedge made'],
  XX: ['broken', 'the database finds itself damaged'],
}

/** Codes of Node's sockets and resolver. */
const NETWORK = /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|EPIPE|ENOENT|EACCES)/
/** What `pg` says without a code. */
const LOST =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/

/** SQLSTATE or socket code of an error of `pg`. */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The connection is gone: the statement may be sent again over another. */
export const isLost = (error: unknown): boolean =>
  NETWORK.test(codeOf(error)) ||
  /^(08|57P0)/.test(codeOf(error)) ||
  (error instanceof Error && LOST.test(error.message)) ||
  (error instanceof AggregateError && error.errors.some(isLost))

/** Serialisation failure or deadlock: the whole transaction may be run again. */
export const isCollision = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

export function catalogError(error: unknown): unknown {
  if (error instanceof CatalogError || !(error instanceof Error)) return error
  const code = codeOf(error)
  const found = isLost(error) ? AWAY : (MEANINGS[code] ?? MEANINGS[code.slice(0, 2)])
  if (!found && !/^[0-9A-Z]{5}$/.test(code)) return error
  const [kind, message] = found ?? (['unavailable', 'the database cannot be used'] as const)
  return new CatalogError(kind, message, { cause: error })
}
