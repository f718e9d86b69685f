// The reference of a service for people, as Markdown: what it is called, where it is, and each parameter with its form, unit,
// range, default and examples.

import { type Param, rangeOf, type Service } from '../param.ts'

export interface ReferenceOptions {
  readonly title: string
  /** `/sia/query` */
  readonly path: string
  readonly summary: string
}

export function referencePage(service: Service, { title, path, summary }: ReferenceOptions): string {
  const { standardId, params, refused } = service
  const rows = Object.values(params).map(row)
  const not = Object.entries(refused).map(([name, reason]) => `- \`${name}\`: ${reason}.`)
  return [
    `## ${title}`,
    '',
    `\`${path}\`, by GET or POST; \`${standardId}\`. ${summary}`,
    '',
    '| parameter | value | meaning |',
    '|---|---|---|',
    ...rows,
    ...(not.length > 0 ? ['', 'Refused:', '', ...not] : []),
    '',
  ].join('\n')
}

function row(param: Param): string {
  const { name, description, required, repeats } = param
  const often = [required ? 'required' : '', repeats ? 'may repeat' : ''].filter(Boolean).join(', ')
  return `| \`${name}\`${often ? `<br>${often}` : ''} | ${form(param)} | ${cell(description)}${examples(param)} |`
}

const KINDS = { char: 'text', double: 'number', int: 'whole number', boolean: 'truth value' } as const

function form(param: Param): string {
  const { literal, unit, default: usual } = param
  const { options, min, max } = rangeOf(param)
  const kind = literal.xtype ?? KINDS[literal.datatype]
  const range =
    min !== undefined && max !== undefined
      ? `${min} to ${max}`
      : min !== undefined
        ? `from ${min}`
        : max && `up to ${max}`
  const parts = [
    kind,
    unit && `in ${unit}`,
    range,
    options && options.length > 0 && `one of ${options.map((one) => `\`${one}\``).join(', ')}`,
    usual !== undefined && `default \`${usual}\``,
  ]
  return cell(parts.filter(Boolean).join('; '))
}

const examples = ({ name, examples: given = [] }: Param) =>
  given.length > 0 ? ` E.g. ${given.map((one) => `\`${name}=${cell(one)}\``).join(', ')}.` : ''

const cell = (text: string) => text.replaceAll('|', '\\|')
