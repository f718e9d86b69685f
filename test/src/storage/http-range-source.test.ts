// A server that does not do what it says, as seen by who reads an object from it by range.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpRangeSource } from '#src/storage'

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7919) >> 3)
type Answer = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let base: string
let answer: Answer
let asked: IncomingMessage[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const source = (path = '/a.pack') => httpRangeSource(base + path, { fetch })
/** Honest, but for what is said otherwise. */
const part =
  (headers: Record<string, string> = {}, { status = 206, body }: { status?: number; body?: Uint8Array } = {}): Answer =>
  (request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!.map(Number)
    const end = Math.min(last, bytes.length - 1)
    response.writeHead(status, { etag: '"v1"', 'content-range': `bytes ${first}-${end}/${bytes.length}`, ...headers })
    response.end(body ?? bytes.subarray(first, end + 1))
  }

describe('an object read by range over HTTP', () => {
  it('learns the tag from its first read, names it in the next, and asks for no coding', async () => {
    answer = part()
    asked = []
    const one = source()
    expect(await one.read(0, 5000)).toEqual(bytes)
    expect(await one.etag).toBe('"v1"')
    expect(await one.read(10, 20, { ifMatch: '"v1"' })).toEqual(bytes.slice(10, 20))
    expect(asked.map(({ method, headers }) => [method, headers['if-match'], headers['accept-encoding']])).toEqual([
      ['GET', undefined, expect.stringMatching(/^identity(?:, identity)?$/)],
      ['GET', '"v1"', expect.stringMatching(/^identity(?:, identity)?$/)],
    ])
  })

  it.each<[string, string, Answer]>([
    ['another object than was asked for', 'changed', part({ etag: '"v2"' })],
    ['a weak tag, which says nothing of bytes', 'unavailable', part({ etag: 'W/"v1"' })],
    ['no tag', 'unavailable', (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/1000' }).end()],
    ['the whole object', 'unavailable', part({}, { status: 200 })],
    ['another range', 'short', part({ 'content-range': 'bytes 5-14/1000' })],
    ['a shorter range than there is', 'short', part({ 'content-range': 'bytes 10-15/1000' })],
    ['a range without the length of the object', 'short', part({ 'content-range': 'bytes 10-19/*' })],
    ['fewer bytes than it says', 'short', part({}, { body: bytes.subarray(0, 9) })],
    ['more bytes than it says', 'short', part({}, { body: bytes })],
    ['no change of what nobody has', 'unavailable', (_, response) => response.writeHead(304, { etag: '"v1"' }).end()],
    ['not now', 'unavailable', (_, response) => response.writeHead(503).end()],
    ['not you', 'denied', (_, response) => response.writeHead(403).end()],
    ['never heard of it', 'absent', (_, response) => response.writeHead(404).end()],
    [
      'half of it',
      'unavailable',
      (_, response) => {
        response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 10-19/1000', 'content-length': '10' })
        response.write(bytes.subarray(10, 13), () => response.destroy())
      },
    ],
  ])('that answers with %s is %s', async (_, code, how) => {
    answer = how
    await expect(source().read(10, 20, { ifMatch: '"v1"' })).rejects.toMatchObject({ code })
  })

  it('holds no more than was asked for, however much is sent', async () => {
    answer = (_, response) => {
      response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 0-9/1000' })
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', flood)
      flood()
    }
    const before = process.memoryUsage().rss
    await expect(source().read(0, 10)).rejects.toMatchObject({ code: 'short' })
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6)
  })

  it('says what is wrong without the query of its address', async () => {
    answer = (_, response) => response.writeHead(403).end()
    const error = await source('/a.pack?signature=hidden')
      .read(0, 10)
      .catch((error: Error) => error)
    expect(String(error)).toContain('/a.pack')
    expect(`${error} ${(error as Error).stack}`).not.toContain('hidden')
  })
})
