// What many endpoints share: media types, and the faults of a kind of request.

import type { ApiAnswer, ApiEndpoint, FaultCode } from '#src/dali'

export const XML = ['text/xml']

/** Whoever reads: the caller may be badly signed in, and the catalogue away. */
export const READING: readonly FaultCode[] = ['authentication', 'authorization', 'unavailable', 'internal']
/** Whoever asks something with parameters. */
export const ASKING: readonly FaultCode[] = ['usage', 'multi-valued', 'too-large', 'timeout', 'overloaded', ...READING]

export const ok = (description: string, types: readonly string[], more: Partial<ApiAnswer> = {}): ApiAnswer => ({
  status: 200,
  description,
  types,
  ...more,
})

/** The two documents that every service has beside it (VOSI 1.1). */
export const vosi = (service: string, tag: string): ApiEndpoint[] => [
  {
    path: `/${service}/capabilities`,
    methods: ['get'],
    id: `${service}-capabilities`,
    tag,
    summary: 'What the service offers (VOSI capabilities)',
    answers: [ok('The capabilities.', XML)],
    faults: { style: faultStyle(service), codes: ['usage', ...READING] },
  },
  {
    path: `/${service}/availability`,
    methods: ['get'],
    id: `${service}-availability`,
    tag,
    summary: 'Whether the service works, and since when (VOSI availability)',
    answers: [ok('The availability; it says so when the service cannot work.', XML)],
    faults: { style: faultStyle(service), codes: ['usage', ...READING] },
  },
]

const faultStyle = (service: string) => (service === 'soda' ? 'soda' : 'votable')
