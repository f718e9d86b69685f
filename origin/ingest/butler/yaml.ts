// The part of YAML that a butler.yaml is written in: maps and lists by indentation, plain and quoted scalars, comments.
// What goes beyond (anchors, tags, flow style, block scalars) is refused by name rather than misread.

import { IngestError } from '../errors.ts'

export type Yaml = string | undefined | readonly Yaml[] | { readonly [key: string]: Yaml }

interface Line {
  readonly indent: number
  readonly text: string
  readonly number: number
}

const MAX_LINES = 10_000
const MAX_DEPTH = 32

export function parseYaml(text: string): Yaml {
  const lines = text.split(/\r?\n/)
  if (lines.length > MAX_LINES) throw bad(`butler.yaml has ${lines.length} lines, at most ${MAX_LINES} are read`)
  const kept = lines.flatMap((line, i): Line[] => {
    const content = withoutComment(line)
    if (content.trim() === '' || content === '---') return []
    if (/^ *\t/.test(content)) throw bad(`butler.yaml line ${i + 1} is indented by a tab`)
    return [{ indent: content.search(/\S/), text: content.trim(), number: i + 1 }]
  })
  const reader = new Reader(kept)
  const value = kept.length === 0 ? undefined : reader.block(kept[0].indent, 0)
  reader.end()
  return value
}

class Reader {
  readonly #lines: Line[]
  #at = 0
  constructor(lines: Line[]) {
    this.#lines = lines
  }

  block(indent: number, depth: number): Yaml {
    const line = this.#lines[this.#at]
    if (depth > MAX_DEPTH) throw bad(`butler.yaml line ${line.number} is nested deeper than ${MAX_DEPTH}`)
    return isItem(line.text) ? this.#list(indent, depth) : this.#map(indent, depth)
  }

  #list(indent: number, depth: number): Yaml {
    const items: Yaml[] = []
    for (let line = this.#lines[this.#at]; line?.indent === indent && isItem(line.text); line = this.#lines[this.#at]) {
      const rest = line.text.slice(1).trim()
      if (rest === '') {
        this.#at++
        items.push(this.#nested(indent, depth))
      } else if (keyOf(rest)) {
        // `- key: value`: the map starts at the key's own column.
        const column = indent + line.text.indexOf(rest)
        this.#lines[this.#at] = { ...line, indent: column, text: rest }
        items.push(this.block(column, depth + 1))
      } else {
        this.#at++
        items.push(scalar(rest, line))
      }
    }
    return items
  }

  #map(indent: number, depth: number): Yaml {
    const map: Record<string, Yaml> = Object.create(null)
    for (let line = this.#lines[this.#at]; line?.indent === indent; line = this.#lines[this.#at]) {
      const found = keyOf(line.text)
      if (!found) throw bad(`butler.yaml line ${line.number} is neither "key: value" nor "- item"`)
      this.#at++
      map[found.key] = found.rest === '' ? this.#nested(indent, depth) : scalar(found.rest, line)
    }
    return map
  }

  /** What a key without a value on its line holds: the deeper block that follows, a list at its own column, or nothing. */
  #nested(indent: number, depth: number): Yaml {
    const next = this.#lines[this.#at]
    if (next && (next.indent > indent || (next.indent === indent && isItem(next.text))))
      return this.block(next.indent, depth + 1)
    return undefined
  }

  end(): void {
    const line = this.#lines[this.#at]
    if (line) throw bad(`butler.yaml line ${line.number} is indented like none of the lines before it`)
  }
}

const isItem = (text: string) => text === '-' || text.startsWith('- ')

function keyOf(text: string): { key: string; rest: string } | undefined {
  const match = /^(?:"([^"]*)"|'([^']*)'|([^\s"'#{[&*!|>%@`-][^:]*?|[^\s"'#{[&*!|>%@`][^:]+?))\s*:(?:\s+(.*))?$/.exec(
    text,
  )
  if (!match) return undefined
  return { key: match[1] ?? match[2] ?? match[3], rest: (match[4] ?? '').trim() }
}

function scalar(text: string, { number }: Line): string | undefined {
  const quoted = /^"([^"\\]*)"$|^'((?:[^']|'')*)'$/.exec(text)
  if (quoted) return quoted[1] ?? quoted[2].replaceAll("''", "'")
  if (/^[{[&*!|>%@`"']/.test(text))
    throw bad(
      `butler.yaml line ${number} has ${JSON.stringify(text.slice(0, 40))}, which is not read: write it plainly`,
    )
  return /^(~|null)$/i.test(text) ? undefined : text
}

/** A `#` starts a comment at the line's start or behind a blank, unless it is quoted. */
function withoutComment(line: string): string {
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const char = line[i]
    if (quote !== '') quote = char === quote ? '' : quote
    else if ((char === '"' || char === "'") && /[\s:-]$|^$/.test(line.slice(0, i))) quote = char
    else if (char === '#' && (i === 0 || /\s/.test(line[i - 1]))) return line.slice(0, i).trimEnd()
  }
  return line.trimEnd()
}

const bad = (message: string) => new IngestError('bad-repository', message)
