// Texts in queries on SQLite: patterns, words, times and angles. The other store's half is in postgres-functions.ts.

/** SQL's LIKE on code points, no escape character; time is bounded by the product of the lengths. */
export function like(text: string, pattern: string): boolean {
  const t = [...text]
  const p = [...pattern]
  let i = 0
  let j = 0
  let star = -1
  let from = 0
  while (i < t.length) {
    if (j < p.length && p[j] === '%') {
      star = j++
      from = i
    } else if (j < p.length && (p[j] === '_' || p[j] === t[i])) {
      i++
      j++
    } else if (star >= 0) {
      j = star + 1
      i = ++from
    } else return false
  }
  while (j < p.length && p[j] === '%') j++
  return j === p.length
}

/** Words are runs of letters and digits; what is not ASCII counts as a letter. */
const wordsOf = (text: string) =>
  text
    .toLowerCase()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII but letters and digits
    .split(/[\u0001-\u002f\u003a-\u0060\u007b-\u007f]+/)
    .filter((word) => word !== '')
export function hasWord(haystack: string, needle: string): boolean {
  const words = new Set(wordsOf(haystack))
  return wordsOf(needle).every((word) => words.has(word))
}

export const hashlistHas = (list: string, item: string): boolean =>
  !item.includes('#') && list !== '' && list.toLowerCase().split('#').includes(item.toLowerCase())

const TIME = /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?)?Z?\s*$/

interface Time {
  readonly days: number
  readonly hour: number
  readonly minute: number
  readonly second: string
  readonly date: string
}
function timeOf(text: string): Time | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '00'] = TIME.exec(text) ?? []
  if (year === undefined) return undefined
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  const date = new Date(0)
  date.setUTCFullYear(y, m - 1, d)
  if (y < 1 || date.getUTCMonth() !== m - 1 || date.getUTCDate() !== d) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 60) return undefined
  const days = date.getTime() / 86_400_000
  return {
    days,
    hour: Number(hour),
    minute: Number(minute),
    second: second.replace(/\.0*$|(\.\d*?)0+$/, '$1'),
    date: `${year}-${month}-${day}`,
  }
}

const two = (n: number) => String(n).padStart(2, '0')
/** ISO text without zone; NULL for what is none. */
export function timestamp(text: string): string | null {
  const time = timeOf(text)
  return time ? `${time.date}T${two(time.hour)}:${two(time.minute)}:${time.second}` : null
}

export function mjd(text: string): number | null {
  const time = timeOf(text)
  return time ? time.days + 40_587 + (time.hour * 3600 + time.minute * 60 + Number(time.second)) / 86_400 : null
}

const PARTS: readonly RegExp[] = [
  /^\s*([-+]?)(\d+):(\d+):(\d+\.?\d*)\s*$/,
  /^\s*([-+]?)(\d\d)(\d\d)(\d\d\.?\d*)\s*$/,
  /^\s*([-+]?)(\d+)[dh](\d+)m(\d+\.?\d*)s\s*$/i,
]
function sexagesimal(text: string, forms: readonly RegExp[]): number | null {
  for (const form of forms) {
    const [, sign, whole, minutes, seconds] = form.exec(text) ?? []
    if (whole === undefined) continue
    if (Number(minutes) >= 60 || Number(seconds) >= 60) return null
    const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600
    return sign === '-' ? -value : value
  }
  return null
}
export const dmsDegrees = (text: string): number | null => (/h/i.test(text) ? null : sexagesimal(text, PARTS))
export function hmsDegrees(text: string): number | null {
  const hours = /[-+d]/i.test(text) ? null : sexagesimal(text, PARTS)
  return hours === null ? null : hours * 15
}
