// VOSI capabilities (VOSI 1.1 §4): what a service offers and where, as VOResource capability elements.
// Every capability has a standardID and the plain vs:ParamHTTP interface: no namespaces of our own, so that clients
// need fetch no schema. Security methods stand after accessURL (VOResource 1.1), an empty one means anonymous.

import { capabilityParams, type Service } from '#src/dali'
import { type Child, element, type XmlElement, xmlDocument } from '#src/xml'

export const VOSI_AVAILABILITY = 'ivo://ivoa.net/std/VOSI#availability'
export const VOSI_CAPABILITIES = 'ivo://ivoa.net/std/VOSI#capabilities'

export interface Capability {
  readonly standardId: string
  /** The whole address, as a client uses it. */
  readonly accessUrl: string
  /** `base` for services that take parameters, `full` for documents. */
  readonly use?: 'full' | 'base'
  readonly service?: Service
  readonly resultTypes?: readonly string[]
  /** Standard ids of ways to sign in, beside coming as nobody. */
  readonly securityMethods?: readonly string[]
  /** Of the standard that the interface speaks; default 1.0. */
  readonly version?: '1.0' | '1.1'
  /** A page for people. */
  readonly page?: boolean
  /** The interface is the standard's own, though it takes no parameters of it. */
  readonly std?: boolean
  /** Nobody is let in without signing in. */
  readonly signInOnly?: boolean
  /** In a sentence, for people. */
  readonly description?: string
  /** What the standard's own schema adds: a type of its namespace, and elements after the interface. */
  readonly extension?: {
    readonly type: string
    readonly namespaces: Readonly<Record<string, string>>
    readonly content: readonly Child[]
  }
}

/** A token goes in as the password; anonymous use is open for public products. */
export const BASIC_AA = 'ivo://ivoa.net/sso#BasicAA'

export function capabilitiesXml(capabilities: readonly Capability[]): string {
  return xmlDocument(
    element(
      'vosi:capabilities',
      {
        'xmlns:vosi': 'http://www.ivoa.net/xml/VOSICapabilities/v1.0',
        'xmlns:vs': 'http://www.ivoa.net/xml/VODataService/v1.1',
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      },
      capabilities.map(capabilityElement),
    ),
  )
}

export function capabilityElement(capability: Capability): XmlElement {
  const { standardId, accessUrl, use = 'full', service, resultTypes = [], securityMethods = [] } = capability
  const {
    version = '1.0',
    page = false,
    extension,
    std = service !== undefined || extension !== undefined,
  } = capability
  const anonymous = securityMethods.length > 0 && !capability.signInOnly ? element('securityMethod') : undefined
  return element(
    'capability',
    { ...extension?.namespaces, 'xsi:type': extension?.type, standardID: standardId },
    capability.description === undefined ? undefined : element('description', {}, capability.description),
    element(
      'interface',
      page
        ? { 'xsi:type': 'vr:WebBrowser', 'xmlns:vr': 'http://www.ivoa.net/xml/VOResource/v1.0' }
        : { 'xsi:type': 'vs:ParamHTTP', role: std ? 'std' : undefined, version },
      element('accessURL', { use }, accessUrl),
      anonymous,
      securityMethods.map((standardID) => element('securityMethod', { standardID })),
      service ? ['GET', 'POST'].map((method) => element('queryType', {}, method)) : undefined,
      resultTypes.slice(0, 1).map((type) => element('resultType', {}, type)),
      service ? capabilityParams(service) : undefined,
    ),
    extension?.content,
  )
}

/** The two that every VO service has, at `base`. */
export const vosiCapabilities = (base: string): Capability[] => [
  { standardId: VOSI_CAPABILITIES, accessUrl: `${base}/capabilities` },
  { standardId: VOSI_AVAILABILITY, accessUrl: `${base}/availability` },
]
