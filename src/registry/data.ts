// Records of the data: releases, their collections, and maps (HiPS 1.0 §5.3.2). The identifier of a release is that which
// stands before the `?` of every publisher DID of it, so those resolve to this record (IVOA Identifiers 2.0 §4.1).

import { BASIC_AA, type Capability, capabilityElement } from '#src/vosi'
import { element, type XmlElement } from '#src/xml'
import { coverageElement } from './coverage.ts'
import type { DataFacts, MapFacts, NodeFacts } from './facts.ts'
import { common } from './node.ts'
import type { Related, ResourceRecord } from './resource.ts'
import { finders, hipsNode, openRights } from './services.ts'

export const HIPS_STANDARD = 'ivo://ivoa.net/std/hips#hips-1.0'
const SUBJECTS = ['sky-surveys']

export const releaseId = (authority: string, release: string): string => `ivo://${authority}/${release}`
export const mapId = (authority: string, map: string): string => `ivo://${authority}/hips/${map}`
const dataId = (authority: string, { release, collection }: DataFacts) =>
  collection === undefined ? releaseId(authority, release) : `${releaseId(authority, release)}/${collection}`

const titleOf = ({ title }: NodeFacts, { release, collection, title: own }: DataFacts) =>
  own ?? (collection === undefined ? `${title}: release ${release}` : `${title}: ${collection} of release ${release}`)

export const relatedData = (facts: NodeFacts, data: DataFacts): Related => ({
  id: dataId(facts.authority, data),
  title: titleOf(facts, data),
})
export const relatedMap = ({ authority }: NodeFacts, { map, title }: MapFacts): Related => ({
  id: mapId(authority, map),
  title,
})

export function dataRecord(facts: NodeFacts, data: DataFacts): ResourceRecord {
  const { release, collection, description, releasedMs, restricted, products, facilities, instruments } = data
  const whole = facts.releases.find((other) => other.release === release)
  const parts = collection === undefined ? facts.collections.filter((other) => other.release === release) : []
  const what = `${products} image${products === 1 ? '' : 's'} open to everybody`
  const name = (kind: string) => (text: string) => element(kind, {}, text)
  return {
    ...common(facts),
    id: dataId(facts.authority, data),
    type: 'vs:CatalogResource',
    title: titleOf(facts, data),
    shortName: collection ?? release,
    dates: releasedMs === undefined ? [] : [{ role: 'Issued', ms: releasedMs }],
    subjects: SUBJECTS,
    description:
      description ?? `${titleOf(facts, data)}: ${what}${restricted ? ', others for those with data rights' : ''}.`,
    contentType: 'Survey',
    relations: [
      { type: 'IsServedBy', to: finders(facts) },
      { type: 'HasPart', to: parts.map((part) => relatedData(facts, part)) },
      { type: 'IsPartOf', to: collection !== undefined && whole ? [relatedData(facts, whole)] : [] },
    ],
    rights: restricted ? openRights(facts) : [{ text: 'Open to everybody.', url: facts.licenceUrl }],
    // Where its rows are found: by the service that another record describes (Discovering Data Collections 1.1 §3).
    capabilities: [auxiliaryTap(facts)],
    more: [facilities.map(name('facility')), instruments.map(name('instrument')), coverageElement(data.coverage)],
  }
}

const auxiliaryTap = ({ base }: NodeFacts): XmlElement =>
  capabilityElement({
    standardId: 'ivo://ivoa.net/std/TAP#aux',
    accessUrl: `${base}/tap`,
    use: 'base',
    std: true,
    version: '1.1',
    securityMethods: [BASIC_AA],
  })

export function mapRecord(facts: NodeFacts, map: MapFacts): ResourceRecord {
  const { publicUrl, fullUrl, order, publicOrder, release, title } = map
  const capability = (accessUrl: string, description: string, more: Partial<Capability> = {}) =>
    capabilityElement({ standardId: HIPS_STANDARD, accessUrl, use: 'base', std: true, description, ...more })
  const from = facts.collections.filter(
    (data) => data.release === release && map.collections.includes(data.collection ?? ''),
  )
  const whole = facts.releases.find((other) => other.release === release)
  return {
    ...common(facts),
    id: mapId(facts.authority, map.map),
    type: 'vs:CatalogService',
    title,
    shortName: map.map.length <= 16 ? map.map : map.map.slice(-16).replace(/^[^/]*\//, ''),
    altIds: [map.creatorDid],
    creator: map.creator && map.creator !== facts.organisation ? { name: map.creator } : common(facts).creator,
    dates: [{ role: 'Issued', ms: map.releasedMs }],
    subjects: SUBJECTS,
    description: map.description ?? `${title}: a map of the sky in tiles.`,
    referenceUrl: `${publicUrl}/`,
    contentType: 'Survey',
    relations: [
      { type: 'IsServedBy', to: [hipsNode(facts)] },
      { type: 'IsDerivedFrom', to: from.map((data) => relatedData(facts, data)) },
      { type: 'IsPartOf', to: whole ? [relatedData(facts, whole)] : [] },
    ],
    rights: [
      {
        text: fullUrl
          ? `Orders up to ${publicOrder} are open to everybody; all of them, up to ${order}, need data rights for ${release}.`
          : 'Open to everybody.',
        url: facts.licenceUrl,
      },
    ],
    capabilities: [
      capability(publicUrl, `The map up to order ${publicOrder}, for everybody.`),
      ...(fullUrl
        ? [
            capability(fullUrl, `Every order of the map, up to ${order}, for those with data rights for ${release}.`, {
              securityMethods: [BASIC_AA],
              signInOnly: true,
            }),
          ]
        : []),
    ],
    more: [coverageElement(map.coverage)],
  }
}
