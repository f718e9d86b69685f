// The list of a node's maps (HiPS 1.0, section 5.2): a record per map, blank lines between. creator_did,
// hips_release_date, hips_service_url and hips_status are mandatory; as the standard recommends, the record is the whole
// properties file with the address added.

import { HipsError } from './errors.ts'
import { type Properties, parseProperties, writeProperties } from './properties.ts'

export interface HipslistEntry {
  readonly properties: Properties
  /** Absolute address of the map's root, without a slash at its end. */
  readonly serviceUrl: string
}

const FIRST = ['creator_did', 'hips_release_date', 'hips_service_url', 'hips_status']

export function hipslist(entries: readonly HipslistEntry[]): string {
  return entries
    .map(({ properties, serviceUrl }) => {
      const record = new Map([...properties, ['hips_service_url', serviceUrl]])
      const missing = FIRST.filter((key) => !record.get(key))
      if (missing.length > 0)
        throw new HipsError(
          'bad-properties',
          `a record of the HiPS list needs ${FIRST.join(', ')}: no ${missing.join(', ')}`,
        )
      const rest = [...record].filter(([key]) => !FIRST.includes(key))
      return writeProperties([...FIRST.map((key) => [key, record.get(key)] as const), ...rest])
    })
    .join('\n')
}

export function parseHipslist(text: string): Properties[] {
  return text
    .split(/(?:\r?\n[ \t]*){2,}/)
    .map(parseProperties)
    .filter((record) => record.size > 0)
}
