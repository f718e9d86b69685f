// Elements as values, and the tags themselves for writers that stream. Strings are always text, never markup:
// there is no way to put angle brackets into a document but through here.

import { XmlError } from './errors.ts'
import { escapeAttribute, escapeText } from './escape.ts'

export type AttributeValue = string | number | bigint | boolean
/** In the order they are written; undefined ones are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>
export type Child = XmlElement | AttributeValue | undefined | readonly Child[]

export interface XmlElement {
  readonly name: string
  readonly attributes: Attributes
  readonly children: readonly (XmlElement | string)[]
}

const NAME = /^[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?$/

function checked(name: string): string {
  if (!NAME.test(name)) throw new XmlError('bad-name', `an XML name is letters, digits, '.', '-', '_': got "${name}"`)
  return name
}

function* flat(children: readonly Child[]): Generator<XmlElement | string> {
  for (const child of children) {
    if (child === undefined) continue
    if (Array.isArray(child)) yield* flat(child)
    else if (typeof child === 'object') yield child as XmlElement
    else yield String(child)
  }
}

/** `element('TD', {}, 'a < b')`: children that are undefined are left out, lists are flattened. */
export function element(name: string, attributes: Attributes = {}, ...children: Child[]): XmlElement {
  return { name: checked(name), attributes, children: [...flat(children)] }
}

function head(name: string, attributes: Attributes): string {
  let tag = `<${checked(name)}`
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) tag += ` ${checked(key)}="${escapeAttribute(String(value))}"`
  }
  return tag
}

export const openTag = (name: string, attributes: Attributes = {}): string => `${head(name, attributes)}>`
export const emptyTag = (name: string, attributes: Attributes = {}): string => `${head(name, attributes)}/>`
export const closeTag = (name: string): string => `</${checked(name)}>`

/** One element as text. Elements that hold only elements are indented by two spaces; text is left as it is. */
export function printElement({ name, attributes, children }: XmlElement, indent = ''): string {
  if (children.length === 0) return emptyTag(name, attributes)
  const open = openTag(name, attributes)
  if (children.some((child) => typeof child === 'string')) {
    const inner = children.map((child) => (typeof child === 'string' ? escapeText(child) : printInline(child)))
    return `${open}${inner.join('')}${closeTag(name)}`
  }
  const deeper = `${indent}  `
  const lines = (children as readonly XmlElement[]).map((child) => `\n${deeper}${printElement(child, deeper)}`)
  return `${open}${lines.join('')}\n${indent}${closeTag(name)}`
}

/** Inside mixed content no white space may be added. */
function printInline({ name, attributes, children }: XmlElement): string {
  if (children.length === 0) return emptyTag(name, attributes)
  const inner = children.map((child) => (typeof child === 'string' ? escapeText(child) : printInline(child)))
  return `${openTag(name, attributes)}${inner.join('')}${closeTag(name)}`
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** A whole document; `stylesheet` is the address of an XSLT, for people who open it in a browser. */
export function xmlDocument(root: XmlElement, { stylesheet }: { stylesheet?: string } = {}): string {
  const sheet = stylesheet ? `<?xml-stylesheet type="text/xsl" href="${escapeAttribute(stylesheet)}"?>\n` : ''
  return `${XML_DECLARATION}${sheet}${printElement(root)}\n`
}
