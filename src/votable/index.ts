// VOTable 1.4: fields, tables and how they are written and read.

export { Base64Decoder } from './base64.ts'
export { ByteSink } from './bytes.ts'
export { longOf, numberOf, numbersOf, spellNumber, textOf, truthOf } from './cell.ts'
export { columnList } from './column-list.ts'
export { VotableError, type VotableErrorCode } from './errors.ts'
export type { Cell, Datatype, Field } from './field.ts'
export { plainCell } from './plain-cell.ts'
export { type Shape, shapeOf } from './shape.ts'
export type { Column, ForeignKey, Schema, Table, TableSet } from './tableset.ts'
export { votableDocument, votableError, votableTail, votableWriter } from './write.ts'
export type { Info, Outcome, Serialization, TableWriter, VotableOptions } from './writer.ts'
