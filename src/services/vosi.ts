// The capabilities of our services, made from their own definitions. `base` is the public address of the node.

import { LINKS_MEDIA_TYPE, LINKS_STANDARD_ID } from '#src/datalink'
import { BASIC_AA, type Capability, vosiCapabilities } from '#src/vosi'
import { datalink } from './datalink.ts'
import { CUTOUT_FORMATS, SODA_SYNC, soda } from './soda.ts'

export const sodaCapabilities = (base: string): Capability[] => [
  ...vosiCapabilities(`${base}/soda`),
  {
    standardId: SODA_SYNC,
    accessUrl: `${base}/soda/sync`,
    use: 'base',
    service: soda,
    resultTypes: [CUTOUT_FORMATS[0].mediaType],
    securityMethods: [BASIC_AA],
  },
]

export const datalinkCapabilities = (base: string): Capability[] => [
  ...vosiCapabilities(`${base}/datalink`),
  {
    standardId: LINKS_STANDARD_ID,
    accessUrl: `${base}/datalink/links`,
    use: 'base',
    service: datalink,
    resultTypes: [LINKS_MEDIA_TYPE],
    securityMethods: [BASIC_AA],
  },
]
