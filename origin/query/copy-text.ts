// PostgreSQL's COPY text format, both ways: cells between tabs, rows end with a line end, \N is no value, and a
// backslash escapes (PostgreSQL, COPY, "Text Format").

import type { Cell } from '#src/votable'

const TAB = 9
const LINE = 10
const BACKSLASH = 92
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

export function copyRow(cells: readonly Cell[]): string {
  return `${cells.map(copyCell).join('\t')}\n`
}

function copyCell(cell: Cell): string {
  if (cell === null) return '\\N'
  if (typeof cell === 'boolean') return cell ? 't' : 'f'
  if (typeof cell !== 'string') return `${cell}`
  return cell
    .toWellFormed()
    .replace(/\0/g, '')
    .replace(/[\\\n\r\t]/g, (letter) => ESCAPED[letter])
}

/** Whole lines out of pieces of any length: calls back with the piece that ends with a line end. */
export class Lines {
  #rest: Uint8Array[] = []

  push(piece: Uint8Array, lines: (bytes: Uint8Array) => void): void {
    const end = piece.lastIndexOf(LINE) + 1
    if (end === 0) {
      this.#rest.push(piece)
      return
    }
    const head = piece.subarray(0, end)
    lines(this.#rest.length > 0 ? Buffer.concat([...this.#rest, head]) : head)
    this.#rest = end < piece.length ? [piece.subarray(end)] : []
  }
}

const withoutEscapes = (text: string): string =>
  text.replace(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/gs, (_all, what: string) => {
    if (what[0] === 'x' && what.length > 1) return String.fromCharCode(Number.parseInt(what.slice(1), 16))
    if (/^[0-7]/.test(what)) return String.fromCharCode(Number.parseInt(what, 8))
    return ESCAPES[what] ?? what
  })

/** Rows of whole lines, every cell as text. False when no more are wanted. */
export function readCopyRows(bytes: Uint8Array, row: (cells: (string | null)[]) => boolean): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const escaped = bytes.includes(BACKSLASH)
  let start = 0
  while (start < text.length) {
    const end = text.indexOf('\n', start)
    const cells: (string | null)[] = text.slice(start, end).split('\t')
    if (escaped)
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i] as string
        if (cell === '\\N') cells[i] = null
        else if (cell.includes('\\')) cells[i] = withoutEscapes(cell)
      }
    if (!row(cells)) return false
    start = end + 1
  }
  return true
}

export const COPY_BYTES = { TAB, LINE, BACKSLASH } as const
