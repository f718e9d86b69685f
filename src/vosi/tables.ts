// VOSI tables (VOSI 1.1 §5.4): the table set as VODataService 1.1 writes it (§3.3). `min` leaves the columns out; one table
// alone is a document whose root is that table.

import type { Column, ForeignKey, Schema, Table, TableSet } from '#src/votable'
import { element, type XmlElement, xmlDocument } from '#src/xml'
import { queryName, tableName } from './tap-schema.ts'

const NAMESPACES = {
  'xmlns:vosi': 'http://www.ivoa.net/xml/VOSITables/v1.0',
  'xmlns:vs': 'http://www.ivoa.net/xml/VODataService/v1.1',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
}

export interface TablesOptions {
  /** `max`: with columns and keys (the default). */
  readonly detail?: 'min' | 'max'
}

export const tablesXml = (set: TableSet, options?: TablesOptions): string =>
  xmlDocument(element('vosi:tableset', NAMESPACES, tableSchemas(set, options)))

/** What stands in a tableset, here and in a registry record. */
export const tableSchemas = (set: TableSet, { detail = 'max' }: TablesOptions = {}): XmlElement[] =>
  set.map((schema) => schemaElement(schema, detail))

/** undefined where there is no such table; names in any case. */
export function tableXml(set: TableSet, name: string): string | undefined {
  const wanted = name.toLowerCase()
  const table = set.flatMap(({ tables }) => tables).find((candidate) => tableName(candidate).toLowerCase() === wanted)
  return table && xmlDocument(tableElement(table, 'max', 'vosi:table', NAMESPACES))
}

const schemaElement = ({ name, title, description, utype, tables }: Schema, detail: 'min' | 'max'): XmlElement =>
  element(
    'schema',
    {},
    element('name', {}, name),
    title && element('title', {}, title),
    element('description', {}, description),
    utype && element('utype', {}, utype),
    tables.map((table) => tableElement(table, detail)),
  )

function tableElement(
  table: Table,
  detail: 'min' | 'max',
  name = 'table',
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  const { title, description, utype, kind, columns, foreignKeys = [] } = table
  return element(
    name,
    { ...attributes, type: kind },
    element('name', {}, tableName(table)),
    title && element('title', {}, title),
    element('description', {}, description),
    utype && element('utype', {}, utype),
    detail === 'max' ? [columns.map(columnElement), foreignKeys.map(keyElement)] : undefined,
  )
}

function columnElement({
  name,
  description,
  unit,
  ucd,
  utype,
  datatype,
  arraysize,
  xtype,
  ...flags
}: Column): XmlElement {
  return element(
    'column',
    { std: flags.std ?? false },
    element('name', {}, queryName(name)),
    element('description', {}, description),
    unit && element('unit', {}, unit),
    ucd && element('ucd', {}, ucd),
    utype && element('utype', {}, utype),
    element('dataType', { 'xsi:type': 'vs:VOTableType', arraysize, extendedType: xtype }, datatype),
    flags.indexed ? element('flag', {}, 'indexed') : undefined,
    flags.principal ? element('flag', {}, 'principal') : undefined,
  )
}

const keyElement = ({ target, columns, description }: ForeignKey): XmlElement =>
  element(
    'foreignKey',
    {},
    element('targetTable', {}, target),
    columns.map(({ from, target: targetColumn }) =>
      element('fkColumn', {}, element('fromColumn', {}, from), element('targetColumn', {}, targetColumn)),
    ),
    description && element('description', {}, description),
  )
