// A resumption token holds all that the next page needs: nobody has to remember it, it never expires, and any process
// answers it. Records are told in the order of their dates: one that changes meanwhile moves behind the place and is told again.

import type { OaiFormat } from './arguments.ts'

export interface ListCursor {
  readonly format: OaiFormat
  /** Both inclusive, Unix ms. */
  readonly fromMs?: number
  readonly untilMs?: number
  /** How many were told before. */
  readonly told: number
  /** The last that was told. */
  readonly after?: { readonly ms: number; readonly id: string }
}

const VERSION = '1'
const TOKEN = /^1 (ivo_vor|oai_dc) (-|\d{1,15}) (-|\d{1,15}) (\d{1,9}) (\d{1,15}) (ivo:\/\/[\w\-.!~*'()+=/]{1,400})$/

/** Printable and free of what a URL escapes. */
export function tokenOf({
  format,
  fromMs,
  untilMs,
  told,
  after,
}: ListCursor & Required<Pick<ListCursor, 'after'>>): string {
  const text = [VERSION, format, fromMs ?? '-', untilMs ?? '-', told, after.ms, after.id].join(' ')
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function cursorOf(token: string): ListCursor | undefined {
  if (!/^[\w-]{1,900}$/.test(token)) return undefined
  let text: string
  try {
    text = atob(token.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
  const match = TOKEN.exec(text)
  if (!match) return undefined
  const [, format, from, until, told, ms, id] = match
  const time = (word: string) => (word === '-' ? undefined : Number(word))
  return {
    format: format as OaiFormat,
    fromMs: time(from),
    untilMs: time(until),
    told: Number(told),
    after: { ms: Number(ms), id },
  }
}
