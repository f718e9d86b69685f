// Parquet (version 2 of the format, Snappy), one row group at a time, so a table of any length is written as it comes.
// The key IVOA.VOTable-Parquet.content holds a VOTable without rows that describes the columns (VOParquet 1.0).

import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import {
  type Cell,
  longOf,
  numberOf,
  type Outcome,
  plainCell,
  shapeOf,
  type TableWriter,
  truthOf,
  type VotableOptions,
  votableDocument,
} from '#src/votable'

type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** Rows of a group, and the bytes of text that end one early. */
const GROUP_ROWS = 16384
const GROUP_BYTES = 16e6

interface Column {
  readonly element: Element
  read(cell: Cell): unknown
}

function columnOf(field: VotableOptions['fields'][number], name: string): Column {
  const { text, array, datatype } = shapeOf(field)
  const base = { name, repetition_type: 'OPTIONAL' } as const
  if (text || array) return { element: { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8' }, read: plainCell(field) }
  if (datatype === 'boolean') return { element: { ...base, type: 'BOOLEAN' }, read: truthOf }
  if (datatype === 'float') return { element: { ...base, type: 'FLOAT' }, read: numberOf }
  if (datatype === 'double') return { element: { ...base, type: 'DOUBLE' }, read: numberOf }
  if (datatype === 'long') return { element: { ...base, type: 'INT64' }, read: (cell) => BigInt(longOf(cell, name)) }
  const converted = datatype === 'short' ? 'INT_16' : datatype === 'unsignedByte' ? 'UINT_8' : undefined
  return { element: { ...base, type: 'INT32', converted_type: converted } as Element, read: numberOf }
}

/** Parquet finds columns by name: a second one of a name gets a number. */
function distinctNames(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map((name) => {
    let distinct = name
    for (let n = 2; seen.has(distinct); n++) distinct = `${name}_${n}`
    seen.add(distinct)
    return distinct
  })
}

export class ParquetTableWriter implements TableWriter {
  readonly #columns: readonly Column[]
  readonly #data: unknown[][]
  readonly #out: Pieces
  readonly #parquet: ParquetWriter
  #rows = 0
  #bytes = 0

  constructor(options: VotableOptions) {
    const names = distinctNames(options.fields.map(({ name }) => name))
    this.#columns = options.fields.map((field, i) => columnOf(field, names[i]))
    this.#data = this.#columns.map(() => [])
    this.#out = new Pieces()
    const described = new TextDecoder().decode(votableDocument({ ...options, after: [] }, []))
    this.#parquet = new ParquetWriter({
      writer: this.#out,
      schema: [{ name: 'root', num_children: this.#columns.length }, ...this.#columns.map(({ element }) => element)],
      kvMetadata: [
        { key: 'IVOA.VOTable-Parquet.version', value: '1.0' },
        { key: 'IVOA.VOTable-Parquet.content', value: described },
      ],
      createdBy: 'skyedge',
    })
  }

  get pending(): number {
    return this.#out.ready
  }

  /** Nothing can be put behind the rows of an unfinished file. */
  get whole(): boolean {
    return false
  }

  row(cells: readonly Cell[]): void {
    for (let i = 0; i < this.#columns.length; i++) {
      const cell = cells[i]
      const value = cell === null || cell === undefined ? undefined : (this.#columns[i].read(cell) ?? undefined)
      if (typeof value === 'string') this.#bytes += value.length
      this.#data[i].push(value)
    }
    if (++this.#rows >= GROUP_ROWS || this.#bytes >= GROUP_BYTES) this.#group()
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.#out.take()
  }

  finish(_outcome: Outcome): Uint8Array<ArrayBuffer> {
    if (this.#rows > 0) this.#group()
    this.#parquet.finish()
    this.#out.flush()
    return this.take()
  }

  #group(): void {
    const columnData = this.#columns.map(({ element }, i) => ({ name: element.name, data: this.#data[i] }))
    this.#parquet.write({ columnData, rowGroupSize: this.#rows })
    this.#out.flush()
    for (const values of this.#data) values.length = 0
    this.#rows = this.#bytes = 0
  }
}

/** The writer's bytes so far, handed out as they come; `offset` goes on counting. */
class Pieces extends ByteWriter {
  ready = 0
  #pieces: Uint8Array<ArrayBuffer>[] = []

  flush(): void {
    if (this.index === 0) return
    this.#pieces.push(new Uint8Array(this.buffer.slice(0, this.index)))
    this.ready += this.index
    this.index = 0
  }

  take(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.ready)
    let at = 0
    for (const piece of this.#pieces) {
      out.set(piece, at)
      at += piece.length
    }
    this.#pieces = []
    this.ready = 0
    return out
  }
}
