import { type AdqlError, type BoundQuery, type BoundSelect, parseAdql, resolveAdql } from '#src/adql'
import { TABLES, UPLOAD } from './tables.ts'

export const bind = (text: string): BoundQuery => resolveAdql(parseAdql(text), { tables: TABLES, uploads: [UPLOAD] })

export const select = (text: string): BoundSelect => {
  const { body } = bind(text).rows
  if (body.kind !== 'select') throw new Error('this is a set operation')
  return body
}

/** The condition after WHERE of a query on ivoa.obscore. */
export const where = (condition: string) => select(`SELECT 1 FROM ivoa.obscore WHERE ${condition}`).where!

/** The value in the columns of a query on ivoa.obscore. */
export const value = (expression: string, table = 'ivoa.obscore') =>
  select(`SELECT ${expression} FROM ${table}`).items[0]

/** `code: message`, or `no error`. */
export function problem(text: string): string {
  try {
    bind(text)
    return 'no error'
  } catch (error) {
    const { code, message } = error as AdqlError
    if (code === undefined) throw error
    return `${code}: ${message}`
  }
}
