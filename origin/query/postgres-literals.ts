// Parameters as literals, for COPY, which takes none. Each is a quoted text without a type, so that PostgreSQL infers
// its type just as it does for a parameter.

import pg from 'pg'
import { QueryError } from './errors.ts'
import type { SqlValue, Statement } from './query.ts'

/** Texts, names and comments, which are left as they are, and placeholders. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\d+)/g

export function withLiterals({ text, params }: Statement): string {
  return text.replace(TOKENS, (token, number: string | undefined) => {
    if (number === undefined) return token
    const value = params[Number(number) - 1]
    if (value === undefined)
      throw new QueryError('failed', 'the query could not be run', { detail: `there is no parameter ${token}` })
    return literal(value)
  })
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`
  const text = String(value)
  if (text.includes('\0')) throw new QueryError('refused', 'a text in a query holds no NUL')
  // With a space before it: an E'…' must not run into a word.
  return ` ${pg.escapeLiteral(text).trim()}`
}
