// The `properties` file of a HiPS (HiPS 1.0, section 4.4.1): one `key = value` a line, UTF-8, in an order that
// people can read. Comments (#) are dropped on reading.

import { HipsError } from './errors.ts'

/** Keys in the order they are written. */
export type Properties = ReadonlyMap<string, string>

const KEY = /^[A-Za-z][\w.-]{0,63}$/
const MAX_LENGTH = 1_000_000
const KEY_WIDTH = 20

/** One line: control characters and line ends would start a new record, so they become blanks. */
function oneLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  return value.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim()
}

/** Every `key = value` of a text, also the repeated ones; lines without `=` are left out. */
export function propertyLines(text: string): [key: string, value: string][] {
  if (text.length > MAX_LENGTH)
    throw new HipsError('too-large', `properties of ${text.length} characters are longer than ${MAX_LENGTH}`)
  const lines: [string, string][] = []
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)) {
    const at = line.indexOf('=')
    const key = line.slice(0, at).trim()
    if (at > 0 && KEY.test(key)) lines.push([key, line.slice(at + 1).trim()])
  }
  return lines
}

/** The first value of every key, in the order of the file. */
export function parseProperties(text: string): Properties {
  const properties = new Map<string, string>()
  for (const [key, value] of propertyLines(text)) if (!properties.has(key)) properties.set(key, value)
  return properties
}

/** Empty values are left out: a key without one is an error to the validators. */
export function writeProperties(
  properties: Iterable<readonly [key: string, value: string | number | undefined]>,
): string {
  let text = ''
  for (const [key, given] of properties) {
    if (!KEY.test(key))
      throw new HipsError('bad-properties', `a properties key is one word, got ${JSON.stringify(key)}`)
    const value = given === undefined ? '' : oneLine(String(given))
    if (value !== '') text += `${key.padEnd(KEY_WIDTH)} = ${value}\n`
  }
  return text
}

/** ISO 8601 to the minute, UTC, as HiPS writes dates. */
export const hipsDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
