// What still keeps a node from being registered, each in a sentence for its operator; and what is wrong with a record, by the rules that
// schemas do not hold (VOResource 1.1 §3, Registry Interfaces 1.1 §2.3).

import type { NodeFacts } from './facts.ts'
import type { ResourceRecord } from './resource.ts'

export interface Lack {
  readonly setting: string
  readonly sentence: string
}

/** `set` are the names of the settings that an operator gave. */
export function checkNode({ base, authority }: NodeFacts, set: ReadonlySet<string>): Lack[] {
  const lacks: Lack[] = []
  const lack = (setting: string, sentence: string) => lacks.push({ setting, sentence })
  if (!set.has('SKYEDGE_PUBLIC_URL')) lack('SKYEDGE_PUBLIC_URL', 'the address under which the world finds this node')
  else if (!base.startsWith('https://')) lack('SKYEDGE_PUBLIC_URL', 'an address that begins with https://')
  if (/\.(?:example|invalid|test|localhost)$/.test(authority))
    lack('SKYEDGE_AUTHORITY', `a naming authority of your own: ${authority} is only an example`)
  for (const [setting, what] of [
    ['SKYEDGE_TITLE', 'what the node is called'],
    ['SKYEDGE_ORGANISATION', 'who publishes the data'],
    ['SKYEDGE_CONTACT_NAME', 'whom users write to'],
    ['SKYEDGE_CONTACT_EMAIL', 'where users write to'],
    ['SKYEDGE_LICENCE_URL', 'the licence of the data that are open'],
  ])
    if (!set.has(setting)) lack(setting, what)
  return lacks
}

const LONGEST_DESCRIPTION = 10_000

/** What is wrong with the records, together: a sentence each. */
export function checkRecords(records: readonly ResourceRecord[]): string[] {
  const ids = new Set(records.map(({ id }) => id))
  return records.flatMap((record) => {
    const wrong: string[] = []
    const { id, title, description, relations = [], referenceUrl, subjects } = record
    if (title.trim() === '') wrong.push('has no title')
    if (description.trim() === '' || description.length > LONGEST_DESCRIPTION)
      wrong.push(`has a description of ${description.length} characters`)
    if (subjects.length === 0) wrong.push('has no subject')
    if (!/^https?:\/\//.test(referenceUrl)) wrong.push(`leads to ${referenceUrl}, which is no web page`)
    for (const { type, to } of relations)
      for (const other of to) if (!ids.has(other.id)) wrong.push(`${type} ${other.id}, which is no record here`)
    return wrong.map((what) => `${id} ${what}`)
  })
}
