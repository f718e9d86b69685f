// VOTable 1.4: fields, tables and how they are written and read.

export type { Cell, Datatype, Field } from './field.ts'
export type { Column, ForeignKey, Schema, Table, TableSet } from './tableset.ts'
