import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ByteRange, blocked, httpRange, memorySource } from '#src/storage'

const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7919) >> 3)
const ranges = fc.array(fc.record({ offset: fc.nat(11_000), length: fc.nat(3000) }), { minLength: 1, maxLength: 12 })

describe('a blocked source', () => {
  it('gives the same bytes as the source beneath, and keeps what it read', async () => {
    await fc.assert(
      fc.asyncProperty(
        ranges,
        fc.integer({ min: 16, max: 700 }),
        fc.integer({ min: 1, max: 9 }),
        async (list, size, kept) => {
          const plain = memorySource('m', bytes)
          const source = blocked(plain, { blockBytes: size, maxBlocks: kept })
          for (const range of list) expect(await source.read(range)).toEqual(await plain.read(range))
        },
      ),
    )
    const reads: ByteRange[] = []
    const plain = memorySource('m', bytes)
    const read = (range: ByteRange) => {
      reads.push(range)
      return plain.read(range)
    }
    const source = blocked({ ...plain, read }, { blockBytes: 1000, maxBlocks: 8 })
    await source.read({ offset: 1500, length: 2000 })
    await source.read({ offset: 1000, length: 3000 })
    await source.read({ offset: 500, length: 4000 })
    expect(reads).toEqual([
      { offset: 1000, length: 3000 },
      { offset: 0, length: 1000 },
      { offset: 4000, length: 1000 },
    ])
  })
})

describe('a source behind HTTP', () => {
  let server: Server
  let base = ''
  let version = 1
  beforeAll(async () => {
    server = createServer((request, response) => {
      const etag = `"v${version}"`
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      if (request.url?.startsWith('/none')) response.writeHead(404).end()
      else if (request.headers['if-match'] && request.headers['if-match'] !== etag) response.writeHead(412).end()
      else if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': bytes.length, ETag: etag }).end()
      else if (!range || request.url === '/whole') response.writeHead(200, { ETag: etag }).end(bytes)
      else if (Number(range[1]) >= bytes.length) response.writeHead(416).end()
      else {
        const part = bytes.subarray(Number(range[1]), Number(range[2]) + 1)
        const last = Number(range[1]) + part.length - 1
        response.writeHead(206, { ETag: etag, 'Content-Range': `bytes ${range[1]}-${last}/${bytes.length}` }).end(part)
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  it('reads by range and knows its length', async () => {
    const source = httpRange(`${base}/x`, { fetch })
    expect(await source.size()).toBe(bytes.length)
    for (const range of [
      { offset: 5, length: 100 },
      { offset: 9990, length: 100 },
      { offset: 20_000, length: 1 },
      { offset: 3, length: 0 },
    ])
      expect(await source.read(range)).toEqual(bytes.slice(range.offset, range.offset + range.length))
  })

  it('says when the object was replaced between two reads', async () => {
    const source = httpRange(`${base}/x`, { fetch })
    await source.read({ offset: 0, length: 10 })
    version++
    await expect(source.read({ offset: 10, length: 10 })).rejects.toMatchObject({ code: 'changed' })
  })

  it('says what is missing, without the query of its address', async () => {
    await expect(httpRange(`${base}/none?key=secret`, { fetch }).size()).rejects.toMatchObject({ code: 'absent' })
    const failed = await httpRange(`${base}/none?key=secret`, { fetch })
      .size()
      .catch((error: Error) => error.message)
    expect(failed).not.toContain('secret')
    const whole = httpRange(`${base}/whole`, { fetch })
    await expect(whole.read({ offset: 0, length: 5 })).rejects.toMatchObject({ code: 'unavailable' })
    const nobody = httpRange('http://127.0.0.1:9/', { fetch })
    await expect(nobody.read({ offset: 0, length: 5 })).rejects.toMatchObject({ code: 'unavailable' })
  })
})
