// One header card of 80 ASCII bytes as text, and back (FITS 4.0 §4.1-4.2); long strings by CONTINUE (§4.2.1.2) and
// the HIERARCH keyword convention. Text is one character a byte (latin-1), so that any byte survives.

import { FitsError } from './errors.ts'

/** undefined: no value (commentary, or a keyword without one). Complex values stay text. */
export type CardValue = string | number | bigint | boolean | undefined

export interface Card {
  readonly keyword: string
  readonly value: CardValue
  readonly comment: string
}

export const CARD_LENGTH = 80
const COMMENTARY = new Set(['COMMENT', 'HISTORY', ''])

export const isCommentary = (keyword: string) => COMMENTARY.has(keyword)

/** The keyword of a card's text: HIERARCH ones without that word. */
export function keywordOf(text: string): string {
  const keyword = text.slice(0, 8).trimEnd()
  if (keyword !== 'HIERARCH') return keyword
  const equals = text.indexOf('=', 9)
  return equals < 0 ? keyword : text.slice(9, equals).trim()
}

/** Parses a card's text; a long string's CONTINUE cards follow the first in the same text. */
export function parseCard(text: string): Card {
  const keyword = keywordOf(text)
  const hierarch = text.startsWith('HIERARCH') && keyword !== 'HIERARCH'
  if (!hierarch && text.slice(8, 10) !== '= ')
    return { keyword, value: undefined, comment: text.slice(8, CARD_LENGTH).trimEnd() }
  if (isCommentary(keyword)) return { keyword, value: undefined, comment: text.slice(8, CARD_LENGTH).trimEnd() }
  const start = hierarch ? text.indexOf('=', 9) + 1 : 10
  const first = parseValue(text.slice(start, CARD_LENGTH))
  if (text.length === CARD_LENGTH || typeof first.value !== 'string') return { keyword, ...first }
  return { keyword, ...joinContinued(first.value, first.comment, text) }
}

function joinContinued(value: string, comment: string, text: string) {
  const comments = comment === '' ? [] : [comment]
  for (let at = CARD_LENGTH; at < text.length; at += CARD_LENGTH) {
    const next = parseValue(text.slice(at + 10, at + CARD_LENGTH))
    value = value.slice(0, -1) + (next.value ?? '')
    if (next.comment !== '') comments.push(next.comment)
  }
  // A last piece that still ends in '&' had no continuation: the ampersand is then part of the value.
  return { value, comment: comments.join(' ') }
}

/** Whether this card's string goes on in a CONTINUE card, if one follows. */
export function continues(text: string): boolean {
  const quote = text.indexOf("'", 8)
  if (quote < 0 || text.indexOf('&', quote) < 0) return false
  if (text.slice(8, 10) !== '= ' && !/^HIERARCH .*=|^CONTINUE {2}/.test(text)) return false
  const { value } = parseValue(text.slice(quote, CARD_LENGTH))
  return typeof value === 'string' && value.endsWith('&')
}

const INTEGER = /^[+-]?\d+$/
const REAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?$/

function parseValue(field: string): { value: CardValue; comment: string } {
  const body = field.trimStart()
  if (body.startsWith("'")) {
    let end = 1
    for (; end < body.length; end++) {
      if (body[end] !== "'") continue
      if (body[end + 1] !== "'") break
      end++
    }
    const slash = body.indexOf('/', end)
    return {
      value: body.slice(1, end).replaceAll("''", "'").trimEnd(),
      comment: slash < 0 ? '' : body.slice(slash + 1).trim(),
    }
  }
  const slash = body.indexOf('/')
  const word = (slash < 0 ? body : body.slice(0, slash)).trim()
  const comment = slash < 0 ? '' : body.slice(slash + 1).trim()
  return { value: parseWord(word), comment }
}

function parseWord(word: string): CardValue {
  if (word === '') return undefined
  if (word === 'T' || word === 'F') return word === 'T'
  if (INTEGER.test(word)) {
    const value = Number(word)
    return Number.isSafeInteger(value) ? value : BigInt(word)
  }
  if (REAL.test(word)) return Number(word.replace(/[dD]/, 'E'))
  return word
}

const STANDARD_KEYWORD = /^[A-Z0-9_-]{1,8}$/
const PRINTABLE = /^[\x20-\x7e]*$/

/** The card as text: a multiple of 80 characters (long strings and long commentary take several cards). */
export function formatCard({ keyword, value, comment }: Card): string {
  if (!PRINTABLE.test(keyword)) throw new FitsError('bad-value', `a keyword needs printable ASCII, got "${keyword}"`)
  comment = printable(comment)
  if (isCommentary(keyword)) return formatCommentary(keyword, comment)
  const standard = STANDARD_KEYWORD.test(keyword)
  const head = standard ? `${keyword.padEnd(8)}= ` : `HIERARCH ${keyword} = `
  if (!standard && (keyword === '' || keyword.includes('=') || head.length > 60))
    throw new FitsError('bad-value', `a keyword holds at most 48 characters and no "=", got "${keyword}"`)
  if (typeof value === 'string') return formatString(head, printable(value), comment, standard)
  const word = formatWord(keyword, value)
  return withComment(standard ? head + word.padStart(20) : head + word, comment)
}

const printable = (text: string) => (PRINTABLE.test(text) ? text : text.replace(/[^\x20-\x7e]/g, '?'))

const withComment = (text: string, comment: string) =>
  (comment === '' ? text : `${text} / ${comment}`).slice(0, CARD_LENGTH).padEnd(CARD_LENGTH)

function formatCommentary(keyword: string, text: string): string {
  let out = ''
  for (let at = 0; at === 0 || at < text.length; at += 72)
    out += (keyword.padEnd(8) + text.slice(at, at + 72)).padEnd(CARD_LENGTH)
  return out
}

function formatString(head: string, value: string, comment: string, standard: boolean): string {
  const quoted = value.replaceAll("'", "''")
  if (head.length + quoted.length + 2 <= CARD_LENGTH)
    return withComment(`${head}'${standard ? quoted.padEnd(8) : quoted}'`.padEnd(standard ? 30 : 0), comment)
  let out = ''
  let at = 0
  while (at < quoted.length) {
    const start = out === '' ? head : 'CONTINUE  '
    let end = Math.min(quoted.length, at + CARD_LENGTH - start.length - 3)
    // A doubled quote must not be torn apart.
    if (end < quoted.length && (quoted.slice(at, end).match(/'+$/)?.[0].length ?? 0) % 2 === 1) end--
    const more = end < quoted.length
    out += more
      ? `${start}'${quoted.slice(at, end)}&'`.padEnd(CARD_LENGTH)
      : withComment(`${start}'${quoted.slice(at, end)}'`, comment)
    at = end
  }
  return out
}

function formatWord(keyword: string, value: Exclude<CardValue, string>): string {
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (typeof value === 'bigint') return value.toString()
  if (!Number.isFinite(value)) throw new FitsError('bad-value', `${keyword} needs a finite number, got ${value}`)
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value.toString()
  const text = (Object.is(value, -0) ? '-0.0' : value.toString()).toUpperCase().replace('E+', 'E')
  return text.includes('.') ? text : text.includes('E') ? text.replace('E', '.0E') : `${text}.0`
}
