// Text to tokens (ADQL 2.1 §2.1), in one pass by character codes. White space and `--` comments go; everything else that the
// language does not know is an error here. Names are of Latin letters, digits and underscores; others need double quotes.

import { errorAt } from './errors.ts'
import type { Token } from './token.ts'

const QUOTE = 39
const DOUBLE_QUOTE = 34
const MINUS = 45
const POINT = 46

const isDigit = (code: number) => code >= 48 && code <= 57
const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
const isWord = (code: number) => isLetter(code) || isDigit(code) || code === 95
/** Blanks, line ends and the no-break space that comes with text copied from web pages. */
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff

const SYMBOLS: ReadonlySet<string> = new Set([...'()*+-,./<>=;%'])
const PAIRS: Readonly<Record<string, string>> = { '<>': '<>', '!=': '<>', '<=': '<=', '>=': '>=', '||': '||' }

export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const end = text.length
  let at = 0
  while (at < end) {
    const code = text.charCodeAt(at)
    if (isSpace(code)) {
      at++
    } else if (code === MINUS && text.charCodeAt(at + 1) === MINUS) {
      at = endOfLine(text, at)
    } else if (isLetter(code)) {
      let stop = at + 1
      while (stop < end && isWord(text.charCodeAt(stop))) stop++
      const word = text.slice(at, stop)
      tokens.push({ kind: 'word', text: word, key: word.toUpperCase(), at })
      at = stop
    } else if (isDigit(code) || (code === POINT && isDigit(text.charCodeAt(at + 1)))) {
      const stop = endOfNumber(text, at)
      tokens.push({ kind: 'number', text: text.slice(at, stop), key: '', at })
      at = stop
    } else if (code === QUOTE || code === DOUBLE_QUOTE) {
      const { value, stop } = quoted(text, at, code)
      tokens.push({ kind: code === QUOTE ? 'string' : 'delimited', text: value, key: '', at })
      at = stop
    } else {
      const token = symbol(text, at)
      tokens.push(token)
      at += token.text.length
    }
  }
  tokens.push({ kind: 'end', text: '', key: '', at: end })
  return tokens
}

function endOfLine(text: string, at: number): number {
  while (at < text.length && text.charCodeAt(at) !== 10 && text.charCodeAt(at) !== 13) at++
  return at
}

function endOfNumber(text: string, start: number): number {
  let at = start
  if (text.charCodeAt(at) === 48 && (text.charCodeAt(at + 1) | 32) === 120) {
    at += 2
    while (/[0-9a-fA-F]/.test(text.charAt(at))) at++
    if (at === start + 2) at = start + 1
  } else {
    while (isDigit(text.charCodeAt(at))) at++
    if (text.charCodeAt(at) === POINT) {
      at++
      while (isDigit(text.charCodeAt(at))) at++
    }
    if ((text.charCodeAt(at) | 32) === 101) {
      const sign = text.charCodeAt(at + 1) === 43 || text.charCodeAt(at + 1) === MINUS ? 1 : 0
      if (isDigit(text.charCodeAt(at + 1 + sign))) {
        at += 1 + sign
        while (isDigit(text.charCodeAt(at))) at++
      }
    }
  }
  if (!isWord(text.charCodeAt(at))) return at
  let stop = at
  while (isWord(text.charCodeAt(stop))) stop++
  const token = text.slice(start, stop)
  throw errorAt(
    text,
    start,
    'bad-token',
    `"${shorten(token)}" is neither a number nor a name: a name begins with a letter`,
    {
      token,
      expected: 'a number or a name',
    },
  )
}

function quoted(text: string, start: number, quote: number): { value: string; stop: number } {
  const mark = String.fromCharCode(quote)
  const what = quote === QUOTE ? 'string' : 'name'
  let stop = text.indexOf(mark, start + 1)
  let doubled = false
  while (stop !== -1 && text.charCodeAt(stop + 1) === quote) {
    doubled = true
    stop = text.indexOf(mark, stop + 2)
  }
  if (stop === -1)
    throw errorAt(
      text,
      start,
      'bad-token',
      `the ${what} that begins with ${shorten(text.slice(start, start + 20))} has no closing ${mark}`,
      {
        token: shorten(text.slice(start)),
        expected: mark,
      },
    )
  const body = text.slice(start + 1, stop)
  const value = doubled ? body.replaceAll(mark + mark, mark) : body
  if (value.includes('\0'))
    throw errorAt(text, start, 'bad-token', `the ${what} holds the character NUL, which no database takes`, {
      token: shorten(value),
    })
  if (quote === DOUBLE_QUOTE && value === '')
    throw errorAt(text, start, 'bad-token', 'a name between double quotes needs at least one character, got ""', {
      token: '""',
      expected: 'a name',
    })
  return { value, stop: stop + 1 }
}

function symbol(text: string, at: number): Token {
  const pair = text.slice(at, at + 2)
  const key = PAIRS[pair]
  if (key !== undefined) return { kind: 'symbol', text: pair, key, at }
  const one = text.charAt(at)
  if (SYMBOLS.has(one)) return { kind: 'symbol', text: one, key: one, at }
  const character = String.fromCodePoint(text.codePointAt(at)!)
  throw errorAt(text, at, 'bad-token', hint(character), { token: character })
}

function hint(character: string): string {
  if (character === '_') return 'a name that begins with "_" must be written between double quotes, as in "_RAJ2000"'
  if (/[\u2018\u2019\u201c\u201d]/.test(character))
    return `found the typographic quote ${character}: strings stand between ' and names between "`
  if (/\p{L}/u.test(character)) return `a name with "${character}" must be written between double quotes`
  if (/\p{Cc}/u.test(character)) return 'found a control character, which ADQL does not know'
  return `ADQL does not know the character "${character}"`
}

const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 37)}...` : text)
