// Columns written as a text table, one a line: `name | kind | unit | ucd | utype | description`. Definitions of a hundred
// columns stay readable, and a line is a column as the standards print it. Kinds: VOTable 1.4 §2.1, DALI 1.2 §3.

import type { Column } from './tableset.ts'

const KINDS = {
  text: { datatype: 'char', arraysize: '*' },
  uri: { datatype: 'char', arraysize: '*', xtype: 'uri' },
  int: { datatype: 'int' },
  long: { datatype: 'long' },
  double: { datatype: 'double' },
  time: { datatype: 'char', arraysize: '*', xtype: 'timestamp' },
  region: { datatype: 'char', arraysize: '*', xtype: 'adql:REGION' },
} as const

/** A `+` before the name: an index serves it; a `*`: principal. */
export function columnList(text: string, common: { readonly utype?: string; readonly std?: boolean } = {}): Column[] {
  const lines = text.split('\n').filter((line) => line.includes('|'))
  return lines.map((line) => {
    const [marked, kind, unit, ucd, utype, description] = line.split('|').map((cell) => cell.trim())
    const name = marked.replace(/^[+*]+/, '')
    const marks = marked.slice(0, marked.length - name.length)
    return {
      name,
      ...KINDS[kind as keyof typeof KINDS],
      ...(unit && { unit }),
      ...(ucd && { ucd }),
      ...(utype && { utype: `${common.utype ?? ''}${utype}` }),
      description,
      ...(marks.includes('+') && { indexed: true }),
      ...(marks.includes('*') && { principal: true }),
      ...(common.std && { std: true }),
    }
  })
}
