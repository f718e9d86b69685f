// A resource record (VOResource 1.1 §3) as a value, and as the element that registries exchange (Registry Interfaces 1.1 §2.1).
// Strings are for people unless said otherwise. Times are Unix ms, written in UTC to the second.

import { type Child, element, type XmlElement } from '#src/xml'

export const NAMESPACES = {
  'xmlns:ri': 'http://www.ivoa.net/xml/RegistryInterface/v1.0',
  'xmlns:vr': 'http://www.ivoa.net/xml/VOResource/v1.0',
  'xmlns:vs': 'http://www.ivoa.net/xml/VODataService/v1.1',
  'xmlns:vg': 'http://www.ivoa.net/xml/VORegistry/v1.0',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
} as const

/** What the elements of one extend over those of the other: the order they are written in. */
export type ResourceType =
  | 'vg:Authority'
  | 'vg:Registry'
  | 'vr:Organisation'
  | 'vs:CatalogResource'
  | 'vs:CatalogService'
  | 'vs:DataService'

/** Of the vocabulary voresource/relationship_type. */
export type RelationshipType = 'IsServedBy' | 'IsServiceFor' | 'IsPartOf' | 'HasPart' | 'IsDerivedFrom'

export interface Related {
  /** IVOID, and its title. */
  readonly id: string
  readonly title: string
}

export interface Party {
  readonly name: string
  /** IVOID. */
  readonly id?: string
}

export interface ResourceRecord {
  /** IVOID without a query. */
  readonly id: string
  readonly type: ResourceType
  readonly title: string
  /** At most 16 characters. */
  readonly shortName?: string
  /** The same thing under other names: its creator_did. */
  readonly altIds?: readonly string[]
  readonly publisher: Party
  readonly creator: Party
  readonly contact: { readonly name: string; readonly email: string }
  readonly dates?: readonly { readonly role: 'Issued' | 'Created' | 'Collected' | 'Updated'; readonly ms: number }[]
  /** Concepts of the Unified Astronomy Thesaurus, in the spelling of its IVOA vocabulary. */
  readonly subjects: readonly string[]
  readonly description: string
  readonly referenceUrl: string
  /** Of the vocabulary voresource/content_type. */
  readonly contentType: 'Archive' | 'Survey' | 'Organisation' | 'Registry' | 'Other'
  readonly relations?: readonly { readonly type: RelationshipType; readonly to: readonly Related[] }[]
  readonly rights?: readonly { readonly text: string; readonly url?: string }[]
  readonly capabilities?: readonly XmlElement[]
  /** What its type adds behind these, in the order of its schema. */
  readonly more?: readonly Child[]
}

export interface RecordDates {
  readonly createdMs: number
  readonly updatedMs: number
}

export const utc = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

/** A token of XML Schema: no line ends, no blanks at the ends. */
const token = (text: string): string => text.replace(/\s+/g, ' ').trim()

export function resourceElement(record: ResourceRecord, { createdMs, updatedMs }: RecordDates): XmlElement {
  return element(
    'ri:Resource',
    {
      // Children of a record are in no namespace, whatever document it stands in.
      xmlns: '',
      ...NAMESPACES,
      'xsi:type': record.type,
      created: utc(createdMs),
      updated: utc(updatedMs),
      status: 'active',
    },
    element('title', {}, token(record.title)),
    record.shortName === undefined
      ? undefined
      : element('shortName', {}, [...token(record.shortName)].slice(0, 16).join('')),
    element('identifier', {}, record.id),
    record.altIds?.map((id) => element('altIdentifier', {}, id)),
    curation(record),
    content(record),
    record.rights?.map(({ text, url }) => element('rights', { rightsURI: url }, token(text))),
    record.capabilities,
    record.more,
  )
}

const party = (name: string, { name: text, id }: Party) => element(name, { 'ivo-id': id }, token(text))

const curation = ({ publisher, creator, contact, dates = [] }: ResourceRecord): XmlElement =>
  element(
    'curation',
    {},
    party('publisher', publisher),
    element('creator', { 'ivo-id': creator.id }, element('name', {}, token(creator.name))),
    dates.map(({ role, ms }) => element('date', { role }, utc(ms))),
    element('contact', {}, element('name', {}, token(contact.name)), element('email', {}, contact.email)),
  )

const content = (record: ResourceRecord): XmlElement =>
  element(
    'content',
    {},
    record.subjects.map((subject) => element('subject', {}, subject)),
    element('description', {}, record.description),
    element('referenceURL', {}, record.referenceUrl),
    element('type', {}, record.contentType),
    element('contentLevel', {}, 'Research'),
    record.relations
      ?.filter(({ to }) => to.length > 0)
      .map(({ type, to }) =>
        element(
          'relationship',
          {},
          element('relationshipType', {}, type),
          to.map(({ id, title }) => party('relatedResource', { name: title, id })),
        ),
      ),
  )
