// What stands beside the rows of a SIA answer: the service itself with the values that its parameters can have (SIA 2.0 §3.1.3,
// DataLink 1.1 §4.5), and the services that take a row's identifier (SIA 2.0 §3.1.2). Capabilities as VOSI has them.

import { type Service, serviceDescriptor } from '#src/dali'
import { LINKS_MEDIA_TYPE, LINKS_STANDARD_ID } from '#src/datalink'
import { BASIC_AA, type Capability, vosiCapabilities } from '#src/vosi'
import type { XmlElement } from '#src/xml'
import { datalink } from './datalink.ts'
import { SIA_QUERY, sia } from './sia.ts'
import { CUTOUT_FORMATS, soda } from './soda.ts'
import { TAP_FORMATS } from './tap.ts'

/** XML ID of the column obs_publisher_did, to which descriptors refer. */
export const DID_COLUMN = 'obs_publisher_did'

/** Values that are in the table now, by parameter. */
export type SiaValues = Readonly<Partial<Record<keyof (typeof sia)['params'], readonly string[]>>>

export const siaDescriptors = (base: string, values: SiaValues = {}): XmlElement[] => [
  serviceDescriptor(sia as Service, {
    name: 'query',
    utype: 'adhoc:this',
    accessUrl: `${base}/sia/query`,
    contentType: TAP_FORMATS[0].mediaType,
    params: Object.fromEntries(Object.entries(values).map(([name, options]) => [name, { options }])),
  }),
  serviceDescriptor(datalink as Service, {
    name: 'links',
    standardId: LINKS_STANDARD_ID,
    accessUrl: `${base}/datalink/links`,
    contentType: LINKS_MEDIA_TYPE,
    only: ['ID'],
    params: { ID: { ref: DID_COLUMN } },
  }),
  serviceDescriptor(soda as Service, {
    name: 'cutout-sync',
    accessUrl: `${base}/soda/sync`,
    contentType: CUTOUT_FORMATS[0].mediaType,
    params: { ID: { ref: DID_COLUMN } },
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
