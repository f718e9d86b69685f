// A reader over the tokens with the limits of a parse: what the productions of parser.ts, from.ts and expression.ts share.

import type { Identifier } from './ast.ts'
import { type AdqlError, type AdqlErrorCode, errorAt } from './errors.ts'
import { describe, isReserved, type Token } from './token.ts'

/** A query past one of these is refused with `too-long`, `too-deep` or `too-many`. */
export interface AdqlLimits {
  /** UTF-16 units of text, looked at before anything else. */
  readonly characters: number
  /** Parentheses, calls, subqueries and operators inside one another. */
  readonly depth: number
  /** Members of one list: IN, arguments, columns, terms of AND and OR. */
  readonly items: number
  /** Tables (and subqueries) in FROM clauses, the whole query together. */
  readonly tables: number
  /** SELECTs in the whole query. */
  readonly selects: number
}

export const DEFAULT_LIMITS: AdqlLimits = { characters: 131_072, depth: 200, items: 5000, tables: 40, selects: 64 }

export class Cursor {
  readonly text: string
  readonly limits: AdqlLimits
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0
  #tables = 0
  #selects = 0

  constructor(text: string, tokens: readonly Token[], limits: AdqlLimits) {
    this.text = text
    this.#tokens = tokens
    this.limits = limits
  }

  get token(): Token {
    return this.#tokens[this.#next]
  }

  get previous(): Token | undefined {
    return this.#tokens[this.#next - 1]
  }

  /** The key of the token after the next one. */
  get following(): string {
    return this.#tokens[this.#next + 1]?.key ?? ''
  }

  /** The one after that; undefined beyond the end. */
  get third(): Token | undefined {
    return this.#tokens[this.#next + 2]
  }

  /** Whether the next token is this keyword or symbol. */
  is(key: string): boolean {
    return this.#tokens[this.#next].key === key
  }

  /** How many names stand before `.*` here: 0 where it is something else. */
  starQualifier(): number {
    for (let names = 0; names < 3; names++) {
      const at = this.#next + 2 * names
      const { kind } = this.#tokens[at]
      if ((kind !== 'word' && kind !== 'delimited') || this.#tokens[at + 1]?.key !== '.') return 0
      if (this.#tokens[at + 2]?.key === '*') return names + 1
    }
    return 0
  }

  take(): Token {
    const token = this.#tokens[this.#next]
    if (token.kind !== 'end') this.#next++
    return token
  }

  accept(key: string): boolean {
    if (!this.is(key)) return false
    this.#next++
    return true
  }

  /** `where` continues the sentence: `in the arguments of POINT`. */
  expect(key: string, where = ''): Token {
    if (!this.is(key)) throw this.unexpected(key, where)
    return this.take()
  }

  unexpected(expected: string, where = ''): AdqlError {
    const { token } = this
    const wanted = /^[A-Z]+$|^[^\w\s]+$/.test(expected) ? `"${expected}"` : expected
    return this.error('syntax', `expected ${wanted}${where && ` ${where}`}, found ${describe(token)}`, token, expected)
  }

  error(code: AdqlErrorCode, message: string, at: { at: number; text?: string }, expected = ''): AdqlError {
    return errorAt(this.text, at.at, code, message, { token: at.text ?? this.token.text, expected })
  }

  /** A name, `what` for the message: `a table name`. */
  identifier(what: string): Identifier {
    const { token } = this
    if (token.kind === 'delimited') return { name: this.take().text, delimited: true, at: token.at }
    if (token.kind !== 'word') throw this.unexpected(what)
    if (isReserved(token.key))
      throw this.error(
        'reserved-word',
        `expected ${what}, found the reserved word ${token.key}; if it is a name, write "${token.text}" between double quotes`,
        token,
        what,
      )
    return { name: this.take().text, delimited: false, at: token.at }
  }

  /** An unsigned whole number, as TOP and OFFSET take. */
  count(what: string): number {
    const { token } = this
    const value = Number(token.text)
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected('a whole number', `after ${what}`)
    if (!Number.isSafeInteger(value))
      throw this.error(
        'bad-value',
        `${what} is at most ${Number.MAX_SAFE_INTEGER}, got ${token.text.slice(0, 40)}`,
        token,
      )
    this.take()
    return value
  }

  /** One level further in; to be followed by `leave`. */
  enter(): void {
    if (++this.#depth > this.limits.depth) throw this.tooDeep(this.token.at)
  }

  leave(): void {
    this.#depth--
  }

  tooDeep(at: number): AdqlError {
    return errorAt(this.text, at, 'too-deep', `the query is nested more than ${this.limits.depth} levels deep`)
  }

  countTable(): void {
    if (++this.#tables > this.limits.tables)
      throw this.error('too-many', `the query names more than ${this.limits.tables} tables`, this.token)
  }

  countSelect(): void {
    if (++this.#selects > this.limits.selects)
      throw this.error('too-many', `the query has more than ${this.limits.selects} SELECTs`, this.token)
  }

  /** One or more, separated by commas. */
  list<T>(one: () => T, what: string, most = this.limits.items): T[] {
    const found = [one()]
    while (this.accept(',')) {
      if (found.length >= most) throw this.error('too-many', `there are more than ${most} ${what}`, this.token)
      found.push(one())
    }
    return found
  }
}
