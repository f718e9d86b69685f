// VOTable 1.4: fields, tables and how they are written and read.

export { columnList } from './column-list.ts'
export { VotableError, type VotableErrorCode } from './errors.ts'
export type { Cell, Datatype, Field } from './field.ts'
export type { Column, ForeignKey, Schema, Table, TableSet } from './tableset.ts'
export { votableDocument, votableError, votableTail, votableWriter } from './write.ts'
export type { Info, Outcome, Serialization, TableWriter, VotableOptions } from './writer.ts'
