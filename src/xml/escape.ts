// Text into XML 1.0 (W3C, fifth edition, sections 2.2 and 2.4). Characters that XML cannot hold at all,
// not even as references, become U+FFFD: what comes from a FITS header or a request must never break a document.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters that XML forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const TEXT = /[&<>\r]/g
const ATTRIBUTE = /[&<>"\t\n\r]/g

const REFERENCE: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

const legal = (text: string): string => text.toWellFormed().replace(FORBIDDEN, '\ufffd')
const refer = (character: string): string => REFERENCE[character]

/** Element content. */
export function escapeText(text: string): string {
  return legal(text).replace(TEXT, refer)
}

/** The value between double quotes; tabs and line ends survive attribute normalisation (section 3.3.3). */
export function escapeAttribute(text: string): string {
  return legal(text).replace(ATTRIBUTE, refer)
}
