// VOSI availability (VOSI 1.1 §3): whether a service works, and since and until when. Times are Unix milliseconds.

import { element, xmlDocument } from '#src/xml'

export interface Availability {
  readonly available: boolean
  /** Running without a break since then. */
  readonly upSinceMs?: number
  /** The next time it will go away. */
  readonly downAtMs?: number
  readonly backAtMs?: number
  /** Sentences for people. */
  readonly notes?: readonly string[]
}

export const AVAILABILITY_NAMESPACE = 'http://www.ivoa.net/xml/VOSIAvailability/v1.0'

/** UTC with a Z, whole seconds: xs:dateTime and VOSI 1.1 both allow it. */
const dateTime = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

export function availabilityXml({ available, upSinceMs, downAtMs, backAtMs, notes = [] }: Availability): string {
  const when = (name: string, ms?: number) => (ms === undefined ? undefined : element(`vosi:${name}`, {}, dateTime(ms)))
  return xmlDocument(
    element(
      'vosi:availability',
      { 'xmlns:vosi': AVAILABILITY_NAMESPACE },
      element('vosi:available', {}, available),
      when('upSince', upSinceMs),
      when('downAt', downAtMs),
      when('backAt', backAtMs),
      notes.map((note) => element('vosi:note', {}, note)),
    ),
  )
}
