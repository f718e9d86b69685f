// The XML around the rows (VOTable 1.4 §3; DALI 1.1 §4.4 for QUERY_STATUS and where it stands).

import {
  type Attributes,
  type Child,
  closeTag,
  element,
  openTag,
  printElement,
  XML_DECLARATION,
  type XmlElement,
} from '#src/xml'
import type { Field } from './field.ts'
import type { Info, Outcome, Serialization, VotableOptions } from './writer.ts'

// VOTable 1.4 kept the namespace of 1.3 (§3.1).
const ROOT: Attributes = { version: '1.4', xmlns: 'http://www.ivoa.net/xml/VOTable/v1.3' }

function fieldElement(field: Field): XmlElement {
  const { id, name, datatype, arraysize, xtype, unit, ucd, utype, description } = field
  return element(
    'FIELD',
    { ID: id, name, datatype, arraysize, xtype, unit: unit || undefined, ucd: ucd || undefined, utype },
    description ? element('DESCRIPTION', {}, description) : undefined,
  )
}

const infoElement = ({ name, value, text }: Info): XmlElement => element('INFO', { name, value }, text)

const status = (value: 'OK' | 'OVERFLOW' | 'ERROR', text?: string): XmlElement =>
  infoElement({ name: 'QUERY_STATUS', value, text })

const lines = (indent: string, elements: readonly (XmlElement | undefined)[]): string =>
  elements.map((child) => (child ? `${indent}${printElement(child, indent)}\n` : '')).join('')

const OPEN: Readonly<Record<Serialization, string>> = {
  TABLEDATA: '<TABLEDATA>\n',
  BINARY2: '<BINARY2>\n<STREAM encoding="base64">\n',
}
const CLOSE: Readonly<Record<Serialization, string>> = {
  TABLEDATA: '</TABLEDATA>\n',
  BINARY2: '\n</STREAM>\n</BINARY2>\n',
}

/** Everything before the first row. */
export function documentHead(options: VotableOptions): string {
  const { fields, serialization = 'TABLEDATA', infos = [], description, name } = options
  return (
    `${XML_DECLARATION}${openTag('VOTABLE', ROOT)}\n  ${openTag('RESOURCE', { type: 'results' })}\n` +
    lines('    ', [
      description ? element('DESCRIPTION', {}, description) : undefined,
      status('OK'),
      ...infos.map(infoElement),
    ]) +
    `    ${openTag('TABLE', { name })}\n${lines('      ', fields.map(fieldElement))}      ${openTag('DATA')}\n` +
    OPEN[serialization]
  )
}

/** Everything after the last row. */
export function documentTail({ serialization = 'TABLEDATA', after = [] }: VotableOptions, outcome: Outcome): string {
  const said = 'error' in outcome ? status('ERROR', outcome.error) : outcome.overflow ? status('OVERFLOW') : undefined
  return (
    `${CLOSE[serialization]}      ${closeTag('DATA')}\n    ${closeTag('TABLE')}\n${lines('    ', [said])}` +
    `  ${closeTag('RESOURCE')}\n${lines('  ', after)}${closeTag('VOTABLE')}\n`
  )
}

/** A document without a table: why there is none. */
export function errorDocument(message: string, infos: readonly Info[]): string {
  const children: Child[] = [status('ERROR', message), ...infos.map(infoElement)]
  const root = element('VOTABLE', ROOT, element('RESOURCE', { type: 'results' }, ...children))
  return `${XML_DECLARATION}${printElement(root)}\n`
}
