// What stands beside the rows of a SIA answer: the service itself with the values that its parameters can have (SIA 2.0 §3.1.3,
// DataLink 1.1 §4.5). Capabilities as VOSI has them.

import { type Service, serviceDescriptor } from '#src/dali'
import { BASIC_AA, type Capability, vosiCapabilities } from '#src/vosi'
import type { XmlElement } from '#src/xml'
import { SIA_QUERY, sia } from './sia.ts'
import { TAP_FORMATS } from './tap.ts'

/** Values that are in the table now, by parameter. */
export type SiaValues = Readonly<Partial<Record<keyof (typeof sia)['params'], readonly string[]>>>

export const siaDescriptor = (base: string, values: SiaValues = {}): XmlElement[] => [
  serviceDescriptor(sia as Service, {
    name: 'query',
    utype: 'adhoc:this',
    accessUrl: `${base}/sia/query`,
    contentType: TAP_FORMATS[0].mediaType,
    params: Object.fromEntries(Object.entries(values).map(([name, options]) => [name, { options }])),
  }),
]

export const siaCapabilities = (base: string): Capability[] => [
  ...vosiCapabilities(`${base}/sia`),
  {
    standardId: SIA_QUERY,
    accessUrl: `${base}/sia/query`,
    use: 'base',
    service: sia,
    resultTypes: [TAP_FORMATS[0].mediaType],
    securityMethods: [BASIC_AA],
  },
]
