// `/moc/…`: which coverage maps are meant, and in which form (MOC 2.0). Names are `kind:name` or `/moc/kind/name`;
// requests that mean the same have one spelling, which the edge keeps answers by. No handlers.

import { DaliError, type Pairs, quoted, usageError } from '#src/dali'

export const MOC_KINDS = ['map', 'release', 'band', 'collection'] as const
export type MocKind = (typeof MOC_KINDS)[number]

export interface MocName {
  readonly kind: MocKind
  readonly name: string
}

export type MocFormat = 'fits' | 'ascii' | 'json'

export interface MocRequest {
  /** One of these, at least; the whole is their union within all of `intersect`. */
  readonly union: readonly MocName[]
  readonly intersect: readonly MocName[]
  /** Cells of a deeper order are taken at this one, touched cells whole. */
  readonly order?: number
  /** Undefined: whatever the client likes best. */
  readonly format?: MocFormat
}

export const MOC_MEDIA_TYPES: Readonly<Record<MocFormat, string>> = {
  fits: 'application/fits',
  ascii: 'text/plain; charset=utf-8',
  json: 'application/json',
}

/** Maps that one request may name. */
export const MOST_MOCS = 16
const DEEPEST = 29
const SUFFIXES: Readonly<Record<string, MocFormat>> = { fits: 'fits', txt: 'ascii', ascii: 'ascii', json: 'json' }
const SPELLINGS: Readonly<Record<string, MocFormat>> = {
  ...SUFFIXES,
  text: 'ascii',
  'application/fits': 'fits',
  'image/fits': 'fits',
  'text/plain': 'ascii',
  'application/json': 'json',
}
const PARAMETERS = new Set(['UNION', 'INTERSECT', 'ORDER', 'RESPONSEFORMAT'])
const PATH = '/moc/'

/** What is asked for at `/moc` without anything: the index, undefined. Throws DaliError. */
export function parseMoc(path: string, pairs: Pairs, accept?: string | null): MocRequest | undefined {
  const given = new Map<string, string>()
  for (const [key, value] of pairs) {
    const name = key.toUpperCase()
    if (!PARAMETERS.has(name)) throw usageError(`there is no parameter ${quoted(key)} here`, key)
    if (given.has(name)) throw usageError(`${name} is given twice: separate names by commas`, name)
    given.set(name, value)
  }
  const named = path.startsWith(PATH) ? nameIn(path.slice(PATH.length)) : undefined
  const union = [...(named ? [named.name] : []), ...namesIn(given, 'UNION')]
  const intersect = namesIn(given, 'INTERSECT')
  const order = orderIn(given.get('ORDER'))
  const format = named?.format ?? formatIn(given.get('RESPONSEFORMAT')) ?? accepted(accept ?? '')
  if (union.length + intersect.length > MOST_MOCS)
    throw usageError(`at most ${MOST_MOCS} maps are combined, got ${union.length + intersect.length}`)
  // Cut by each other, the first of them is what is cut.
  if (union.length === 0 && intersect.length > 0)
    return { union: [intersect[0]], intersect: intersect.slice(1), order, format }
  if (union.length > 0) return { union, intersect, order, format }
  if (named === undefined && path.length > PATH.length)
    throw new DaliError('not-found', 'there is nothing at this address')
  return undefined
}

/** Equal requests have one address. */
export function mocAddress({ union, intersect, order, format }: MocRequest): string {
  const spell = (names: readonly MocName[]) =>
    [...new Set(names.map(({ kind, name }) => `${kind}:${name}`))].sort().join(',')
  const query = new URLSearchParams({ union: spell(union) })
  if (intersect.length > 0) query.set('intersect', spell(intersect))
  if (order !== undefined) query.set('order', String(order))
  if (format !== undefined) query.set('RESPONSEFORMAT', format)
  return `/moc?${query}`
}

/** Where the map of a thing is found. */
export const mocUrl = (base: string, { kind, name }: MocName, format: 'fits' | 'txt' | 'json' = 'fits'): string =>
  `${base}${PATH}${kind}/${name.split('/').map(encodeURIComponent).join('/')}.${format}`

function nameIn(rest: string): { name: MocName; format?: MocFormat } | undefined {
  const slash = rest.indexOf('/')
  const kind = kindOf(rest.slice(0, Math.max(0, slash)))
  if (!kind) return undefined
  const suffix = /\.([a-z]{3,5})$/.exec(rest)?.[1] ?? ''
  const format = Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] : undefined
  const encoded = format ? rest.slice(slash + 1, -suffix.length - 1) : rest.slice(slash + 1)
  const name = checkedName(kind, decoded(encoded))
  return { name, format }
}

function namesIn(given: ReadonlyMap<string, string>, parameter: string): MocName[] {
  const text = given.get(parameter) ?? ''
  const words = text.split(',').filter((word) => word !== '')
  if (words.length > MOST_MOCS)
    throw usageError(`at most ${MOST_MOCS} maps are combined, got ${words.length}`, parameter)
  return words.map((word) => {
    const colon = word.indexOf(':')
    const kind = kindOf(word.slice(0, Math.max(0, colon)))
    if (!kind) throw usageError(`${parameter} lists maps like map:demo/dr1/r or band:r, got ${quoted(word)}`, parameter)
    return checkedName(kind, word.slice(colon + 1))
  })
}

const kindOf = (word: string): MocKind | undefined => MOC_KINDS.find((kind) => kind === word)

function checkedName(kind: MocKind, name: string): MocName {
  // A comma would be the next name, a control character is in none.
  if (!/^[^\p{Cc},]{1,400}$/u.test(name)) throw new DaliError('not-found', 'there is no such map')
  return { kind, name }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new DaliError('not-found', 'there is no such map')
  }
}

function orderIn(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^\d{1,2}$/.test(text) || Number(text) > DEEPEST)
    throw usageError(`order is a whole number from 0 to ${DEEPEST}, got ${quoted(text)}`, 'order')
  return Number(text)
}

function formatIn(text: string | undefined): MocFormat | undefined {
  if (text === undefined || text === '') return undefined
  const word = text.toLowerCase().split(';')[0].trim()
  if (Object.hasOwn(SPELLINGS, word)) return SPELLINGS[word]
  throw usageError(`RESPONSEFORMAT ${quoted(text)} is not offered; there are fits, ascii and json`, 'RESPONSEFORMAT')
}

/** The first known type of an Accept header; browsers and programs that take anything get what the endpoint prefers. */
function accepted(header: string): MocFormat | undefined {
  for (const word of header.toLowerCase().slice(0, 400).split(',')) {
    const type = word.split(';')[0].trim()
    if (type.includes('/') && Object.hasOwn(SPELLINGS, type)) return SPELLINGS[type]
  }
  return undefined
}
