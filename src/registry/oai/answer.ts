// The answers of an OAI-PMH 2.0 repository of resource records (Registry Interfaces 1.1 §2): pure, from the records and their
// dates. Records that are gone stay as deleted ones for as long as the repository remembers them, which is for ever.

import { type Child, element, type XmlElement, xmlDocument } from '#src/xml'
import { type ResourceRecord, resourceElement, utc } from '../resource.ts'
import { hear, OAI_SET, type OaiError, type OaiFormat, type OaiRequest } from './arguments.ts'
import { dublinCore } from './dublin-core.ts'
import { type ListCursor, tokenOf } from './token.ts'

export interface OaiRecord {
  readonly id: string
  /** When it last changed or was deleted, and when it first was; Unix ms. */
  readonly updatedMs: number
  readonly createdMs: number
  /** Absent for a deleted one. */
  readonly record?: ResourceRecord
}

export interface OaiRepository {
  readonly name: string
  readonly baseUrl: string
  readonly adminEmail: string
  /** The registry's own record, which Identify holds (Registry Interfaces 1.1 §2.3). */
  readonly registryId: string
  readonly records: readonly OaiRecord[]
  /** Records of one answer. */
  readonly pageSize: number
  readonly nowMs: number
}

const OAI = 'http://www.openarchives.org/OAI/2.0/'
const FORMATS: Readonly<Record<OaiFormat, { schema: string; namespace: string }>> = {
  ivo_vor: {
    schema: 'http://www.ivoa.net/xml/RegistryInterface/v1.0',
    namespace: 'http://www.ivoa.net/xml/RegistryInterface/v1.0',
  },
  oai_dc: {
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
  },
}

/** One document for every request, whatever it says. */
export function oaiAnswer(pairs: readonly (readonly [string, string])[], repository: OaiRepository): string {
  const { request, errors, echo } = hear(pairs)
  const said = request ? answer(request, repository) : errors
  const content = Array.isArray(said)
    ? (said as OaiError[]).map(({ code, message }) => element('error', { code }, message))
    : [said as XmlElement]
  return xmlDocument(
    element(
      'OAI-PMH',
      {
        xmlns: OAI,
        'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
        'xsi:schemaLocation': `${OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd`,
      },
      element('responseDate', {}, utc(repository.nowMs)),
      element('request', echo, repository.baseUrl),
      content,
    ),
  )
}

function answer(request: OaiRequest, repository: OaiRepository): XmlElement | OaiError[] {
  switch (request.verb) {
    case 'Identify':
      return identify(repository)
    case 'ListSets':
      return element(
        'ListSets',
        {},
        element('set', {}, element('setSpec', {}, OAI_SET), element('setName', {}, 'Records that this node manages')),
      )
    case 'ListMetadataFormats': {
      const { identifier } = request
      if (identifier !== undefined && !find(repository, identifier)) return [unknown(identifier)]
      return element('ListMetadataFormats', {}, Object.entries(FORMATS).map(formatElement))
    }
    case 'GetRecord': {
      const found = find(repository, request.identifier)
      return found ? element('GetRecord', {}, recordElement(found, request.format)) : [unknown(request.identifier)]
    }
    case 'ListIdentifiers':
      return list(request.verb, request.list, repository, header)
    case 'ListRecords':
      return list(request.verb, request.list, repository, (record) => recordElement(record, request.list.format))
  }
}

const unknown = (identifier: string): OaiError => ({
  code: 'idDoesNotExist',
  message: `there is no record ${JSON.stringify(identifier.slice(0, 200))}`,
})

/** Identifiers are compared in any case of their letters (IVOA Identifiers 2.0 §2.3.1). */
const find = ({ records }: OaiRepository, identifier: string) =>
  records.find(({ id }) => id.toLowerCase() === identifier.toLowerCase())

const formatElement = ([prefix, { schema, namespace }]: [string, { schema: string; namespace: string }]) =>
  element(
    'metadataFormat',
    {},
    element('metadataPrefix', {}, prefix),
    element('schema', {}, schema),
    element('metadataNamespace', {}, namespace),
  )

function identify({ name, baseUrl, adminEmail, records, registryId, nowMs }: OaiRepository): XmlElement {
  const earliest = records.reduce((least, { updatedMs }) => Math.min(least, updatedMs), nowMs)
  const own = records.find(({ id }) => id === registryId)
  return element(
    'Identify',
    {},
    element('repositoryName', {}, name),
    element('baseURL', {}, baseUrl),
    element('protocolVersion', {}, '2.0'),
    element('adminEmail', {}, adminEmail),
    element('earliestDatestamp', {}, utc(earliest)),
    element('deletedRecord', {}, 'persistent'),
    element('granularity', {}, 'YYYY-MM-DDThh:mm:ssZ'),
    own?.record ? element('description', {}, resourceElement(own.record, own)) : undefined,
  )
}

const header = ({ id, updatedMs, record }: OaiRecord): XmlElement =>
  element(
    'header',
    { status: record ? undefined : 'deleted' },
    element('identifier', {}, id),
    element('datestamp', {}, utc(updatedMs)),
    element('setSpec', {}, OAI_SET),
  )

function recordElement(record: OaiRecord, format: OaiFormat): XmlElement {
  const metadata: Child = record.record
    ? element(
        'metadata',
        {},
        format === 'ivo_vor' ? resourceElement(record.record, record) : dublinCore(record.record, record),
      )
    : undefined
  return element('record', {}, header(record), metadata)
}

/** A whole second: what the datestamps say, and so what they are compared by. */
const second = (ms: number) => Math.floor(ms / 1000) * 1000

function list(
  verb: 'ListIdentifiers' | 'ListRecords',
  cursor: ListCursor,
  { records, pageSize }: OaiRepository,
  write: (record: OaiRecord) => XmlElement,
): XmlElement | OaiError[] {
  const { fromMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY, after, told } = cursor
  const matching = records
    .filter(({ updatedMs }) => second(updatedMs) >= fromMs && second(updatedMs) <= untilMs)
    .toSorted((a, b) => place(a, { ms: second(b.updatedMs), id: b.id }))
  const rest = after ? matching.filter((record) => place(record, after) > 0) : matching
  const page = rest.slice(0, pageSize)
  if (page.length === 0 && !after) return [{ code: 'noRecordsMatch', message: 'no record has changed in this time' }]
  if (page.length === 0) return [{ code: 'badResumptionToken', message: 'nothing follows what was told before' }]
  const last = page[page.length - 1]
  const next = rest.length > page.length && {
    ...cursor,
    told: told + page.length,
    after: { ms: second(last.updatedMs), id: last.id },
  }
  const sizes = { completeListSize: Math.max(matching.length, told + rest.length), cursor: told }
  // The last page of several has an empty token (OAI-PMH 2.0 §3.5).
  const resumption = next || after ? element('resumptionToken', sizes, next ? tokenOf(next) : undefined) : undefined
  return element(verb, {}, page.map(write), resumption)
}

function place({ updatedMs, id }: OaiRecord, than: { readonly ms: number; readonly id: string }): number {
  return second(updatedMs) - than.ms || (id < than.id ? -1 : id > than.id ? 1 : 0)
}
