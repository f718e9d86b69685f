// VOTables in, pushed piece by piece, from strangers: the first table of the document, its fields and then its rows.
// Everything is bounded; a document type declaration, and with it every entity, is refused, as are streams elsewhere.

import { SaxesParser, type SaxesTagPlain } from 'saxes'
import { Base64Decoder } from './base64.ts'
import { VotableError } from './errors.ts'
import type { Cell } from './field.ts'
import { BinaryRows } from './read-binary.ts'
import { cellReader, type ReadField } from './read-value.ts'
import { isDatatype, shapeOf } from './shape.ts'

export interface ReadLimits {
  readonly bytes: number
  readonly rows: number
  readonly columns: number
  /** Elements within elements. */
  readonly depth: number
  /** Of one cell. */
  readonly cellBytes: number
}

export interface ReadTarget {
  /** Once, before the first row. */
  fields(fields: readonly ReadField[]): void
  row(cells: readonly Cell[]): void
}

export const READ_LIMITS: ReadLimits = { bytes: 256e6, rows: 1e6, columns: 512, depth: 32, cellBytes: 1e6 }

const bad = (message: string) => new VotableError('bad-document', message)
const unsupported = (message: string) => new VotableError('unsupported', message)

interface Inside {
  text: string
  state: unknown
}

const IN_TEXT = (new SaxesParser().write('<a>b') as unknown as Inside).state

export class VotableReader {
  readonly #target: ReadTarget
  readonly #limits: ReadLimits
  readonly #parser = new SaxesParser<{ xmlns: false; position: true }>({ xmlns: false, position: true })
  // A decoder that is given a piece at a time and refuses what is no UTF-8.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  readonly #path: string[] = []
  readonly #fields: ReadField[] = []
  #read: ((text: string) => Cell)[] = []
  #announced = false
  #done = false
  #bytes = 0
  #rows = 0
  /** Text of the element that is read, where it is wanted. */
  #text: string | undefined
  #cells: Cell[] | undefined
  #base64: Base64Decoder | undefined
  #binary: BinaryRows | undefined
  #masked = false

  constructor(target: ReadTarget, limits: Partial<ReadLimits> = {}) {
    this.#target = target
    this.#limits = { ...READ_LIMITS, ...limits }
    const parser = this.#parser
    parser.on('doctype', () => {
      throw unsupported('a VOTable needs no document type declaration, and none is read')
    })
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding && !/^(?:utf-?8|us-ascii|ascii)$/i.test(encoding))
        throw unsupported(`a VOTable comes in UTF-8, this one says "${encoding.slice(0, 20)}"`)
    })
    parser.on('error', (error) => {
      throw bad(`the document is no well-formed XML: ${error.message.slice(0, 120)}`)
    })
    parser.on('opentag', (tag) => this.#open(tag))
    parser.on('closetag', (tag) => this.#close(localName(tag.name)))
    parser.on('text', (text) => this.#take(text))
    parser.on('cdata', (text) => this.#take(text))
  }

  push(bytes: Uint8Array): void {
    if (this.#bytes === 0 && bytes[0] === 0x1f && bytes[1] === 0x8b)
      throw unsupported('the table is compressed: send it as it is')
    this.#bytes += bytes.length
    if (this.#bytes > this.#limits.bytes) throw tooMany('bytes', this.#limits.bytes)
    let text: string
    try {
      text = this.#decoder.decode(bytes, { stream: true })
    } catch {
      throw unsupported('a VOTable comes in UTF-8, this one has other bytes')
    }
    this.#parser.write(text)
    this.#drain()
  }

  /** The document is complete; how many rows it had. */
  end(): number {
    this.#parser.close()
    if (!this.#announced) throw bad('the document has no TABLE with fields')
    return this.#rows
  }

  /**
   * saxes keeps the text of an element until its end, which for a binary stream is everything: what it has collected
   * after a piece is taken from it, unless it is in the middle of a comment, a tag or a reference.
   */
  #drain(): void {
    const parser = this.#parser as unknown as Inside
    if ((this.#text === undefined && !this.#base64) || parser.state !== IN_TEXT || parser.text === '') return
    this.#take(parser.text)
    parser.text = ''
  }

  #take(text: string): void {
    if (this.#base64) {
      const bytes = this.#base64.push(text)
      if (!bytes) throw bad('the STREAM is no base64')
      this.#binary!.push(bytes)
    } else if (this.#text !== undefined) {
      this.#text += text
      if (this.#text.length > this.#limits.cellBytes) throw tooMany('bytes in a cell', this.#limits.cellBytes)
    }
  }

  #open({ name, attributes }: SaxesTagPlain): void {
    const element = localName(name)
    if (this.#path.length === 0 && element !== 'VOTABLE')
      throw bad(`a VOTable begins with VOTABLE, not with "${element.slice(0, 40)}"`)
    this.#path.push(element)
    if (this.#path.length > this.#limits.depth) throw tooMany('elements within one another', this.#limits.depth)
    if (this.#done) return
    const parent = this.#path.at(-2)
    if (element === 'FIELD' && parent === 'TABLE') this.#field(attributes)
    else if (element === 'VALUES' && parent === 'FIELD') this.#values(attributes)
    else if (element === 'DESCRIPTION' && parent === 'FIELD') this.#text = ''
    else if (element === 'DATA' && parent === 'TABLE') this.#announce()
    else if (parent === 'DATA' && (element === 'BINARY' || element === 'BINARY2')) this.#masked = element === 'BINARY2'
    else if (parent === 'DATA' && element !== 'TABLEDATA')
      throw unsupported(`data come as TABLEDATA, BINARY or BINARY2, not as ${element.slice(0, 40)}`)
    else if (element === 'STREAM') this.#stream(attributes)
    else if (element === 'TR' && parent === 'TABLEDATA') this.#cells = []
    else if (element === 'TD' && parent === 'TR') {
      if (attributes.encoding) throw unsupported('a TD holds text: encoding is not read')
      this.#text = ''
    }
  }

  #close(element: string): void {
    this.#path.pop()
    if (this.#done) return
    if (element === 'TD' && this.#cells) {
      const read = this.#read[this.#cells.length]
      if (!read) throw bad(`row ${this.#rows + 1} has more cells than the table has fields`)
      this.#cells.push(read(this.#text ?? ''))
      this.#text = undefined
    } else if (element === 'TR' && this.#cells) {
      const { length } = this.#cells
      if (length !== this.#fields.length)
        throw bad(`row ${this.#rows + 1} has ${length} cells, the table has ${this.#fields.length} fields`)
      this.#row(this.#cells)
      this.#cells = undefined
    } else if (element === 'DESCRIPTION' && this.#text !== undefined) {
      const last = this.#fields.length - 1
      this.#fields[last] = { ...this.#fields[last], description: this.#text.trim() }
      this.#text = undefined
    } else if (element === 'STREAM' && this.#base64) {
      if (!this.#base64.complete) throw bad('the base64 of the STREAM is cut off')
      this.#binary!.end()
      this.#base64 = undefined
    } else if (element === 'TABLE') {
      this.#announce()
      this.#done = true
    }
  }

  #row(cells: Cell[]): void {
    if (++this.#rows > this.#limits.rows) throw tooMany('rows', this.#limits.rows)
    this.#target.row(cells)
  }

  #field(attributes: Record<string, string>): void {
    if (this.#fields.length >= this.#limits.columns) throw tooMany('columns', this.#limits.columns)
    const { ID, datatype, arraysize, xtype, unit, ucd, utype } = attributes
    const name = attributes.name ?? ID
    if (!name) throw bad(`field ${this.#fields.length + 1} has no name`)
    if (!datatype) throw bad(`field ${name.slice(0, 80)} has no datatype`)
    if (!isDatatype(datatype))
      throw unsupported(`field ${name.slice(0, 80)} has the datatype "${datatype.slice(0, 40)}", which is not read`)
    const field: ReadField = { name, datatype, arraysize, xtype, unit, ucd, utype }
    const { count, size } = shapeOf(field)
    if ((count ?? 0) * size > this.#limits.cellBytes)
      throw tooMany(`bytes in a cell of ${name}`, this.#limits.cellBytes)
    this.#fields.push(field)
  }

  #values(attributes: Record<string, string>): void {
    const last = this.#fields.length - 1
    if (attributes.null !== undefined) this.#fields[last] = { ...this.#fields[last], nullValue: attributes.null.trim() }
  }

  #announce(): void {
    if (this.#announced) return
    if (this.#fields.length === 0) throw bad('the table has no fields')
    this.#announced = true
    this.#read = this.#fields.map(cellReader)
    this.#target.fields(this.#fields)
  }

  #stream({ href, encoding }: Record<string, string>): void {
    if (href !== undefined) throw unsupported('the data of an upload stand in it: a STREAM with href is not followed')
    if (encoding !== 'base64') throw unsupported('a STREAM has the encoding base64')
    this.#base64 = new Base64Decoder()
    this.#binary = new BinaryRows({
      fields: this.#fields,
      masked: this.#masked,
      cellBytes: this.#limits.cellBytes,
      row: (cells) => this.#row(cells),
    })
  }
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const tooMany = (what: string, limit: number) =>
  new VotableError('too-large', `a table that is read may have ${limit} ${what}, this one has more`)
