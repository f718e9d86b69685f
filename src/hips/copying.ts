// A copy of another node's map (HiPS 1.0, section 5.4): who may make one, and what it says of itself. A copy keeps the
// release date; of the other lines only those change that would no longer be true.

import { HipsError } from './errors.ts'
import { type HipsStatus, parseStatus, writeStatus } from './status.ts'

const STATUS = 'hips_status'
/** Addresses of the node that it was copied from. */
const OF_THE_SOURCE = ['hips_service_url', 'moc_access_url'] as const

/** Why a map with this hips_status must not be copied; undefined where it may be. */
export function copyRefusal({ copy, cloning }: HipsStatus): string | undefined {
  if (cloning === 'unclonable') return 'its hips_status says unclonable'
  if (cloning === 'clonableOnce' && copy !== 'master')
    return `its hips_status says clonableOnce, and this is a ${copy}: only the master may be copied`
  return undefined
}

/** The status of the copy: a mirror, or partial where it has not all orders, formats or places. */
export function statusOfCopy(source: HipsStatus, { partial = false } = {}): HipsStatus {
  const refusal = copyRefusal(source)
  if (refusal) throw new HipsError('bad-properties', `the map cannot be copied: ${refusal}`)
  return {
    access: source.access,
    copy: partial || source.copy === 'partial' ? 'partial' : 'mirror',
    cloning: source.cloning === 'clonableOnce' ? 'unclonable' : source.cloning,
  }
}

export interface CopyChanges {
  readonly partial?: boolean
  /** Further lines: a value replaces the line or adds one, undefined takes it out. */
  readonly lines?: ReadonlyMap<string, string | undefined>
}

/** The properties of a copy; every line that does not change stays as it is, comments too. */
export function propertiesOfCopy(text: string, { partial, lines = new Map() }: CopyChanges = {}): string {
  const said = /^[ \t]*hips_status[ \t]*=(.*)$/m.exec(text)?.[1] ?? ''
  const source = parseStatus(said)
  if (!source) throw new HipsError('bad-properties', `hips_status cannot be read: ${JSON.stringify(said.slice(0, 80))}`)
  return changeLines(
    text,
    new Map<string, string | undefined>([
      ...OF_THE_SOURCE.map((key) => [key, undefined] as const),
      [STATUS, writeStatus(statusOfCopy(source, { partial }))],
      ...lines,
    ]),
  )
}

/** Repeated lines of a key that changes become one. */
function changeLines(text: string, changes: ReadonlyMap<string, string | undefined>): string {
  const left = new Map(changes)
  const kept: string[] = []
  for (const line of text.replace(/\s+$/, '').split(/\r\n|\n|\r/)) {
    const key = line.slice(0, Math.max(0, line.indexOf('='))).trim()
    if (!changes.has(key)) kept.push(line)
    else if (left.get(key) !== undefined) kept.push(lineOf(key, left.get(key) as string))
    left.delete(key)
  }
  for (const [key, value] of left) if (value !== undefined) kept.push(lineOf(key, value))
  return `${kept.join('\n')}\n`
}

const lineOf = (key: string, value: string) => `${key.padEnd(20)} = ${value}`
