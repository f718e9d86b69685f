import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FilePart, type FormOptions, readForm } from '#src/dali'

const bytesOf = (text: string) => new TextEncoder().encode(text)

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

const part = (headers: string, content: string) => `--AaB03x\r\n${headers}\r\n\r\n${content}\r\n`
const value = (name: string, content: string) => part(`Content-Disposition: form-data; name="${name}"`, content)
const TYPE = 'multipart/form-data; boundary=AaB03x'
const END = '--AaB03x--\r\n'

async function read(text: string | Uint8Array, { size = 7, type = TYPE, ...options }: FormOptions & Pieces = {}) {
  return readForm(inPieces(typeof text === 'string' ? bytesOf(text) : text, size), type, options)
}
interface Pieces {
  size?: number
  type?: string
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of body) text += new TextDecoder('latin1').decode(chunk)
  return text
}

describe('a form', () => {
  it('gives the pairs of an urlencoded body', async () => {
    const type = 'application/x-www-form-urlencoded; charset=UTF-8'
    expect(await read('POS=CIRCLE+1%202+3&pos=%C3%A9', { type })).toEqual([
      ['POS', 'CIRCLE 1 2 3'],
      ['pos', 'é'],
    ])
  })

  it('gives the values of a multipart body, in order, whatever pieces it comes in', async () => {
    const text = `a preamble\r\n${value('LANG', 'ADQL')}${value('QUERY', "SELECT '\r\n--AaB03' \r\r\n")}${END}an epilogue`
    for (let size = 1; size < 60; size++)
      expect(await read(text, { size })).toEqual([
        ['LANG', 'ADQL'],
        ['QUERY', "SELECT '\r\n--AaB03' \r\r\n"],
      ])
  })

  it('hands files over as streams: those with a name of a file and those with a media type', async () => {
    const text =
      value('UPLOAD', 'a,param:f1') +
      part(
        'content-disposition: form-data; name="f1"; filename="t \\"1\\".xml"\r\nContent-Type: text/xml',
        '<VOTABLE/>\r\n',
      ) +
      part('Content-Disposition: form-data; name=f2\r\nContent-Type: application/x-votable+xml', '<b/>') +
      part('Content-Disposition: form-data; name="REQUEST"\r\nContent-Type: text/plain; charset=UTF-8', 'doQuery') +
      END
    const files: (Omit<FilePart, 'body'> & { text: string })[] = []
    const onFile = async ({ body, ...rest }: FilePart) => void files.push({ ...rest, text: await textOf(body) })
    expect(await read(text, { onFile })).toEqual([
      ['UPLOAD', 'a,param:f1'],
      ['REQUEST', 'doQuery'],
    ])
    expect(files).toEqual([
      { name: 'f1', filename: 't "1".xml', mediaType: 'text/xml', text: '<VOTABLE/>\r\n' },
      { name: 'f2', filename: undefined, mediaType: 'application/x-votable+xml', text: '<b/>' },
    ])
  })

  it('passes any bytes of a file through, and skips what its reader leaves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), async (content, size) => {
        const head = bytesOf(`--AaB03x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n`)
        const tail = bytesOf(`\r\n${value('A', 'b')}${END}`)
        const body = new Uint8Array([...head, ...content, ...tail])
        let seen = new Uint8Array()
        const onFile = async ({ body: file }: FilePart) => {
          for await (const chunk of file) seen = new Uint8Array([...seen, ...chunk])
        }
        expect(await read(body, { size, onFile })).toEqual([['A', 'b']])
        expect(seen).toEqual(content)
        expect(await read(body, { size, onFile: () => {} })).toEqual([['A', 'b']])
      }),
    )
  })

  it.each<[string, string, Parameters<typeof read>[1], string, string]>([
    [
      'a file where none is taken',
      part('Content-Disposition: form-data; name="f"; filename="f"', '') + END,
      {},
      'usage',
      'nothing can be uploaded',
    ],
    [
      'a file beyond the limit',
      part('Content-Disposition: form-data; name="f"; filename="f"', '12345') + END,
      { limits: { fileBytes: 4 }, onFile() {} },
      'too-large',
      'more than 4 bytes',
    ],
    [
      'values beyond the limit',
      value('A', '123') + value('B', '456') + END,
      { limits: { valueBytes: 5 } },
      'too-large',
      '5 bytes',
    ],
    [
      'an urlencoded body beyond the limit',
      'A=123456',
      { type: '', limits: { valueBytes: 5 } },
      'too-large',
      '5 bytes',
    ],
    ['too many parts', value('A', '').repeat(3) + END, { limits: { parts: 2 } }, 'usage', 'more than 2 parts'],
    ['a body that ends early', value('A', '1'), {}, 'usage', 'ends before'],
    ['a body without its boundary', 'x'.repeat(20_000), {}, 'usage', 'does not hold the boundary'],
    ['a part without a name', part('Content-Disposition: form-data', '1') + END, {}, 'usage', 'no name'],
    ['headers without end', `--AaB03x\r\nA: ${'x'.repeat(20_000)}`, {}, 'usage', 'too long'],
    ['no boundary', '', { type: 'multipart/form-data' }, 'usage', 'needs a boundary'],
    ['another media type', '{}', { type: 'application/json' }, 'usage', 'a POST carries'],
  ])('refuses %s', async (_, text, options, code, message) => {
    const reading = read(text, options)
    await expect(reading).rejects.toMatchObject({
      name: 'DaliError',
      code,
      message: expect.stringContaining(message),
    })
  })
})
