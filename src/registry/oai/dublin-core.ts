// A record in unqualified Dublin Core, which every OAI-PMH repository has (OAI-PMH 2.0 §3.4): the elements that VOResource names
// for its own (VOResource 1.1 §3.1).

import { element, type XmlElement } from '#src/xml'
import { type RecordDates, type ResourceRecord, utc } from '../resource.ts'

const NAMESPACES = {
  'xmlns:oai_dc': 'http://www.openarchives.org/OAI/2.0/oai_dc/',
  'xmlns:dc': 'http://purl.org/dc/elements/1.1/',
  'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
  'xsi:schemaLocation': 'http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
}

export function dublinCore(record: ResourceRecord, { updatedMs }: RecordDates): XmlElement {
  const dc = (name: string, text: string) => element(`dc:${name}`, {}, text)
  return element(
    'oai_dc:dc',
    NAMESPACES,
    dc('title', record.title),
    dc('creator', record.creator.name),
    record.subjects.map((subject) => dc('subject', subject)),
    dc('description', record.description),
    dc('publisher', record.publisher.name),
    dc('date', utc(updatedMs)),
    dc('type', record.contentType),
    dc('identifier', record.id),
    dc('identifier', record.referenceUrl),
    record.relations?.flatMap(({ to }) => to.map(({ id }) => dc('relation', id))),
    record.rights?.map(({ text }) => dc('rights', text)),
  )
}
