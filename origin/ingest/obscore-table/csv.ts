// CSV (RFC 4180) and tab-separated text, in pieces: quoted cells may hold separators, line ends and doubled quotes. The
// first row names the columns. An empty cell and `\N` (as databases export) are no value. UTF-8, a byte order mark passed over.

import { bad, checkedColumns, type TableRow, type TableTarget } from './source.ts'

const MAX_CELL = 1 << 20
const MAX_CELLS = 10_000

export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  separator: string,
  target: TableTarget,
): AsyncGenerator<TableRow> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const reader = new CsvReader(separator)
  let names: string[] | undefined
  const take = (cells: string[]): TableRow | undefined => {
    if (cells.length === 1 && cells[0] === '') return undefined
    if (names === undefined) {
      const columns = checkedColumns(cells.map((name) => ({ name })))
      target.columns(columns)
      names = columns.map(({ name }) => name)
      return undefined
    }
    const row = new Map<string, string>()
    for (const [i, cell] of cells.entries())
      if (i < names.length && cell !== '' && cell !== '\\N') row.set(names[i], cell)
    return row
  }
  for await (const piece of bytes) {
    let text: string
    try {
      text = decoder.decode(piece, { stream: true })
    } catch (error) {
      throw Object.assign(bad('the table is no UTF-8'), { cause: error })
    }
    for (const cells of reader.push(text)) {
      const row = take(cells)
      if (row) yield row
    }
  }
  for (const cells of reader.end()) {
    const row = take(cells)
    if (row) yield row
  }
  if (names === undefined) throw bad('the table is empty')
}

class CsvReader {
  readonly #separator: string
  #cell = ''
  #cells: string[] = []
  /** Inside quotes; `quote` is a quote that may end the cell or begin a doubled one. */
  #state: 'plain' | 'quoted' | 'quote' = 'plain'
  #wasReturn = false

  constructor(separator: string) {
    this.#separator = separator
  }

  *push(text: string): Generator<string[]> {
    let from = 0
    for (let i = 0; i < text.length; i++) {
      const char = text[i]
      if (this.#state === 'quoted') {
        if (char !== '"') continue
        this.#add(text, from, i)
        this.#state = 'quote'
        from = i + 1
        continue
      }
      if (this.#state === 'quote') {
        if (char === '"') {
          this.#state = 'quoted'
          from = i
          continue
        }
        this.#state = 'plain'
      }
      const afterReturn = this.#wasReturn
      this.#wasReturn = char === '\r'
      if (char === '"' && this.#cell === '' && i === from) {
        this.#state = 'quoted'
        from = i + 1
      } else if (char === this.#separator) {
        this.#add(text, from, i)
        this.#endCell()
        from = i + 1
      } else if (char === '\n' && afterReturn && from === i) {
        from = i + 1
      } else if (char === '\n' || char === '\r') {
        this.#add(text, from, i)
        yield this.#endRow()
        from = i + 1
      }
    }
    this.#add(text, from, text.length)
  }

  *end(): Generator<string[]> {
    if (this.#state === 'quoted') throw bad('the table ends within quotes')
    if (this.#cell !== '' || this.#cells.length > 0) yield this.#endRow()
  }

  #add(text: string, from: number, to: number): void {
    if (to > from) this.#cell += text.slice(from, to)
    if (this.#cell.length > MAX_CELL) throw bad(`a cell is longer than ${MAX_CELL} characters`)
  }

  #endCell(): void {
    this.#cells.push(this.#cell)
    this.#cell = ''
    if (this.#cells.length > MAX_CELLS) throw bad(`a row has more than ${MAX_CELLS} cells`)
  }

  #endRow(): string[] {
    this.#endCell()
    const cells = this.#cells
    this.#cells = []
    return cells
  }
}
