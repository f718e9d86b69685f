// What an OAI-PMH request says (OAI-PMH 2.0 §2.5, §3 and §4): one verb with its own arguments, each once, or the errors that are wrong
// with them. Errors are an answer like others: harvesters get them with status 200.

import { cursorOf, type ListCursor } from './token.ts'

export type OaiErrorCode =
  | 'badArgument'
  | 'badResumptionToken'
  | 'badVerb'
  | 'cannotDisseminateFormat'
  | 'idDoesNotExist'
  | 'noMetadataFormats'
  | 'noRecordsMatch'
  | 'noSetHierarchy'

export interface OaiError {
  readonly code: OaiErrorCode
  readonly message: string
}

export type OaiFormat = 'ivo_vor' | 'oai_dc'
export const OAI_SET = 'ivo_managed'
const FORMATS: readonly string[] = ['ivo_vor', 'oai_dc'] satisfies OaiFormat[]

export type OaiRequest =
  | { readonly verb: 'Identify' }
  | { readonly verb: 'ListSets' }
  | { readonly verb: 'ListMetadataFormats'; readonly identifier?: string }
  | { readonly verb: 'GetRecord'; readonly identifier: string; readonly format: OaiFormat }
  | { readonly verb: 'ListIdentifiers' | 'ListRecords'; readonly list: ListCursor }

export interface Heard {
  readonly request?: OaiRequest
  readonly errors: readonly OaiError[]
  /** What the answer repeats of the request: nothing of one that is malformed (§3.2). */
  readonly echo: Readonly<Record<string, string>>
}

interface Arguments {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** Stands alone. */
  readonly exclusive?: string
}

const LISTING: Arguments = {
  required: ['metadataPrefix'],
  optional: ['from', 'until', 'set'],
  exclusive: 'resumptionToken',
}
const VERBS: Readonly<Record<OaiRequest['verb'], Arguments>> = {
  Identify: { required: [], optional: [] },
  ListSets: { required: [], optional: [], exclusive: 'resumptionToken' },
  ListMetadataFormats: { required: [], optional: ['identifier'] },
  GetRecord: { required: ['identifier', 'metadataPrefix'], optional: [] },
  ListIdentifiers: LISTING,
  ListRecords: LISTING,
}
const LONGEST = 1000
const PREFIX = /^[A-Za-z0-9\-_.!~*'()]+$/
const SET = /^[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*$/
const DAY_MS = 86_400_000

const isVerb = (text: string): text is OaiRequest['verb'] => Object.hasOwn(VERBS, text)
const quoted = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
const refused = (code: OaiErrorCode, message: string): Heard => ({ errors: [{ code, message }], echo: {} })

export function hear(pairs: readonly (readonly [string, string])[]): Heard {
  const verbs = pairs.filter(([name]) => name === 'verb').map(([, value]) => value)
  if (verbs.length !== 1) return refused('badVerb', `one verb is needed, got ${verbs.length}`)
  const [verb] = verbs
  if (!isVerb(verb)) return refused('badVerb', `the verbs are ${Object.keys(VERBS).join(', ')}, got ${quoted(verb)}`)
  const { required, optional, exclusive } = VERBS[verb]
  const given: Record<string, string> = {}
  const wrong: string[] = []
  for (const [name, value] of pairs) {
    if (name === 'verb') continue
    if (![...required, ...optional, exclusive].includes(name)) wrong.push(`${verb} takes no argument ${quoted(name)}`)
    else if (Object.hasOwn(given, name)) wrong.push(`${name} is given twice`)
    else if (value.length > LONGEST) wrong.push(`${name} has more than ${LONGEST} characters`)
    else given[name] = value
  }
  const resumed = exclusive !== undefined && given[exclusive] !== undefined
  if (resumed && Object.keys(given).length > 1) wrong.push(`${exclusive} stands alone`)
  if (!resumed) for (const name of required) if (given[name] === undefined) wrong.push(`${verb} needs ${name}`)
  wrong.push(...malformed(given))
  if (wrong.length > 0)
    return { errors: wrong.slice(0, 10).map((message) => ({ code: 'badArgument', message })), echo: {} }
  return understood(verb, given)
}

function malformed({ metadataPrefix, set, identifier, from, until }: Record<string, string>): string[] {
  const wrong: string[] = []
  if (metadataPrefix !== undefined && !PREFIX.test(metadataPrefix))
    wrong.push(`metadataPrefix is one word, got ${quoted(metadataPrefix)}`)
  if (set !== undefined && !SET.test(set)) wrong.push(`set is a name such as ${OAI_SET}, got ${quoted(set)}`)
  if (identifier !== undefined && !/^[^\s\p{Cc}<>"{}|\\^`]+$/u.test(identifier))
    wrong.push(`identifier is a URI, got ${quoted(identifier)}`)
  for (const [name, text] of Object.entries({ from, until }))
    if (text !== undefined && timeOf(text) === undefined)
      wrong.push(`${name} is a day or a second like 2027-01-31 or 2027-01-31T12:00:00Z, got ${quoted(text)}`)
  if (wrong.length === 0 && from !== undefined && until !== undefined) {
    if (from.length !== until.length) wrong.push('from and until have the same granularity')
    else if (from > until) wrong.push('from is not after until')
  }
  return wrong
}

/** Unix ms; undefined for what is no date of the calendar. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/.test(text)) return undefined
  const ms = Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text)
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.replace('Z', '')) ? ms : undefined
}

function understood(verb: OaiRequest['verb'], given: Readonly<Record<string, string>>): Heard {
  const echo = { verb, ...given }
  const answer = (request: OaiRequest): Heard => ({ request, errors: [], echo })
  const fault = (code: OaiErrorCode, message: string): Heard => ({ errors: [{ code, message }], echo })
  const { identifier, metadataPrefix, from, until, set, resumptionToken } = given
  const unknown = metadataPrefix !== undefined && !FORMATS.includes(metadataPrefix)
  if (unknown)
    return fault('cannotDisseminateFormat', `the formats are ${FORMATS.join(' and ')}, got ${quoted(metadataPrefix)}`)
  const format = metadataPrefix as OaiFormat
  switch (verb) {
    case 'Identify':
      return answer({ verb })
    case 'ListSets':
      if (resumptionToken !== undefined) return fault('badResumptionToken', 'there is one set, told at once')
      return answer({ verb })
    case 'ListMetadataFormats':
      return answer({ verb, identifier })
    case 'GetRecord':
      return answer({ verb, identifier, format })
    default: {
      if (resumptionToken !== undefined) {
        const list = cursorOf(resumptionToken)
        return list ? answer({ verb, list }) : fault('badResumptionToken', 'this token is not one of ours')
      }
      if (set !== undefined && set !== OAI_SET) return fault('noRecordsMatch', `there is one set, ${OAI_SET}`)
      const last =
        until === undefined ? undefined : (timeOf(until) as number) + (until.length === 10 ? DAY_MS - 1 : 999)
      return answer({
        verb,
        list: { format, fromMs: from === undefined ? undefined : timeOf(from), untilMs: last, told: 0 },
      })
    }
  }
}
