// The capabilities of our services, made from their own definitions. `base` is the public address of the node.

import { BASIC_AA, type Capability, vosiCapabilities } from '#src/vosi'
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
