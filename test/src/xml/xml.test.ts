import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { closeTag, element, openTag, XmlError, xmlDocument } from '#src/xml'

/** What a conforming parser sees: text of the root and its attribute `a`. */
function parsed(document: string): { text: string; a: string | undefined; names: string[] } {
  const parser = new SaxesParser()
  const seen = { text: '', a: undefined as string | undefined, names: [] as string[] }
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', (tag) => {
    seen.names.push(tag.name)
    seen.a ??= tag.attributes.a as string | undefined
  })
  parser.on('text', (text) => {
    seen.text += text
  })
  parser.write(document).close()
  return seen
}

describe('an XML element', () => {
  it('gives every text back through a parser, what XML cannot hold as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const document = xmlDocument(element('x', { a: text }, `[${text}]`))
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters XML forbids
        const legal = text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
        const { text: content, a } = parsed(document)
        expect(content.trim()).toBe(`[${legal}]`)
        expect(a).toBe(legal)
      }),
    )
  })

  it('never turns text into markup', () => {
    expect(xmlDocument(element('td', { title: '"><b>' }, '<script>&amp;'))).toContain(
      '<td title="&quot;&gt;&lt;b&gt;">&lt;script&gt;&amp;amp;</td>',
    )
  })

  it('is indented where it holds only elements, and left alone where it holds text', () => {
    const tree = element('a', { n: 1, gone: undefined }, element('b', {}, 'x', element('i', {}, element('u'))), [
      element('c'),
      undefined,
    ])
    expect(xmlDocument(tree)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a n="1">\n  <b>x<i><u/></i></b>\n  <c/>\n</a>\n',
    )
  })

  it('refuses names that are none', () => {
    expect(() => element('a b')).toThrow(XmlError)
    expect(() => openTag('x', { 'on"': 1 })).toThrow('an XML name')
    expect(openTag('vod:a', { 'xsi:type': 'vs:ParamHTTP' }) + closeTag('vod:a')).toBe(
      '<vod:a xsi:type="vs:ParamHTTP"></vod:a>',
    )
  })
})
