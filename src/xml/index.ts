// The only place that makes angle brackets: elements as values for documents, tags as text for streams.

export type { Attributes, AttributeValue, Child, XmlElement } from './element.ts'
export { closeTag, element, emptyTag, openTag, printElement, XML_DECLARATION, xmlDocument } from './element.ts'
export { XmlError, type XmlErrorCode } from './errors.ts'
export { escapeAttribute, escapeText } from './escape.ts'
