// What nobody would send by accident: the origin answers each with an error of the right kind and goes on serving.

import { utimes, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CENTRE, maskedImage } from '../support/fits-image.ts'
import { putProduct, startTestOrigin, type TestOrigin } from '../support/origin.ts'

let origin: TestOrigin
let did: string
beforeAll(async () => {
  origin = await startTestOrigin()
  const path = join(origin.config.dataFolder, 'masked.fits')
  await writeFile(path, maskedImage())
  did = await putProduct(origin.catalog, { productId: 'open', planes: [{ role: 'image', path, hdu: 1 }] })
})
afterAll(async () => {
  // After all of it the service is well.
  expect((await fetch(`${origin.url}/healthz`)).status).toBe(200)
  await origin.end()
})

/** Sent as it is: fetch would tidy the path up. */
function raw(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(origin.url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => (body += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('a file that changes under the archive', () => {
  it('ends in an error of its own length, at once', async () => {
    const path = join(origin.config.dataFolder, 'swapped.fits')
    await writeFile(path, maskedImage())
    const ID = await putProduct(origin.catalog, { productId: 'swapped', planes: [{ role: 'image', path, hdu: 1 }] })
    const cut = (pixels: number) =>
      fetch(
        `${origin.url}/soda/sync?${new URLSearchParams({ ID, CIRCLE: `${CENTRE.raDeg} ${CENTRE.decDeg} ${pixels / 1e4}` })}`,
      )
    expect((await cut(3)).status).toBe(200)
    await utimes(path, 1, 1)
    const answer = await cut(4)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('etag')).toBeNull()
    const body = await answer.text()
    expect(body).toMatch(/^ServiceUnavailable: /)
    expect(answer.headers.get('content-length')).toBe(String(body.length))
  }, 5_000)
})

describe('paths', () => {
  it.each([
    '/../../etc/passwd',
    '/soda/../../etc/passwd',
    '/soda/%2e%2e/%2e%2e/etc/passwd',
    '/soda/..%2f..%2fetc%2fpasswd',
    '//etc/passwd',
    '/soda//sync',
    '/soda/sync/../../secret',
    '/soda/%00',
    '/%',
    '/soda/sync%0d%0aX:y',
    '/internal/maps',
    '/internal/../internal/product?id=x',
  ])('%s leads nowhere', async (path) => {
    const { status, body } = await raw(path)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(body).not.toMatch(/root:|node_modules|\.ts:|\n *at \w/)
  })
})

describe('requests', () => {
  const form = (body: string | Uint8Array, type = 'application/x-www-form-urlencoded') =>
    fetch(`${origin.url}/soda/sync`, { method: 'POST', body: body as BodyInit, headers: { 'content-type': type } })

  it('a form that is too long is refused, also one that does not say how long it is', async () => {
    expect((await form(`ID=${'x'.repeat(100_000)}`)).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i++) controller.enqueue(new Uint8Array(10_000).fill(65))
        controller.close()
      },
    })
    const init = {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }
    const status = await fetch(`${origin.url}/soda/sync`, init as RequestInit).then(
      (answer) => answer.status,
      () => 413,
    )
    expect(status).toBe(413)
  })

  it('a body of another type, a broken form and a file are refused', async () => {
    expect((await form('{"ID":"x"}', 'application/json')).status).toBe(400)
    expect((await form('--x\r\nbroken', 'multipart/form-data; boundary=x')).status).toBe(400)
    const upload = new FormData()
    upload.set('ID', new Blob(['x']), 'x.txt')
    const answer = await fetch(`${origin.url}/soda/sync`, { method: 'POST', body: upload })
    expect([answer.status, await answer.text()]).toEqual([
      400,
      'UsageError: "ID" is a file; nothing can be uploaded here\n',
    ])
  })

  it('other methods are told which there are', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(`${origin.url}/soda/sync`, { method })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    }
  })

  it('regions that are no regions are refused, and the reason is one printable line', async () => {
    const values = [
      ...[
        'NaN 2 1',
        '1 Infinity 1',
        '1 2 1e400',
        '0x1 2 3',
        '1;2;3',
        "1' OR '1'='1",
        '1 2 -0.1',
        '1 91 1',
        '\u0000',
        '१ २ ३',
      ],
      '1 '.repeat(5000),
    ]
    for (const value of values) {
      const answer = await fetch(`${origin.url}/soda/sync?${new URLSearchParams({ ID: did, CIRCLE: value })}`)
      expect(answer.status, value).toBe(400)
      const text = await answer.text()
      expect(text).toMatch(/^UsageError: [^\p{Cc}]+\n$/u)
      expect(text.length).toBeLessThan(400)
    }
  })

  it('an ID is only ever looked up', async () => {
    for (const id of [
      "' OR 1=1 --",
      '../../etc/passwd',
      'file:///etc/passwd',
      `${did}%00`,
      'http://127.0.0.1/x',
      '<script>',
    ])
      expect((await fetch(`${origin.url}/soda/sync?${new URLSearchParams({ ID: id })}`)).status).toBe(404)
    const { status } = await raw(`/footprints?${new URLSearchParams({ collection: "x' OR 1=1 --" })}`)
    expect(status).toBe(200)
  })

  it('a request id and a host that are not plain are not sent back', async () => {
    const { status } = await raw('/soda/capabilities', { host: 'evil.example/"><x' })
    expect(status).toBe(400)
    const answer = await fetch(`${origin.url}/healthz`, { headers: { 'x-request-id': '<b>' } })
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  })

  it('ranges by the hundred get the whole, once', async () => {
    const query = new URLSearchParams({ ID: did, CIRCLE: `${CENTRE.raDeg} ${CENTRE.decDeg} 0.002` })
    const many = `bytes=${Array.from({ length: 500 }, (_, i) => `${i}-${i + 1}`).join(',')}`
    const answer = await fetch(`${origin.url}/soda/sync?${query}`, { headers: { range: many } })
    expect(answer.status).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBe(Number(answer.headers.get('content-length')))
  })

  it('a client that goes away in the middle leaves nothing behind', async () => {
    const { hostname, port } = new URL(origin.url)
    for (let i = 0; i < 50; i++) {
      const socket = createConnection(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(`GET /soda/sync?ID=${encodeURIComponent(did)} HTTP/1.1\r\nHost: a\r\n\r\n`)
      await new Promise((resolve) => setTimeout(resolve, 2))
      socket.destroy()
    }
    const query = new URLSearchParams({ ID: did })
    const all = await Promise.all(Array.from({ length: 40 }, () => fetch(`${origin.url}/soda/sync?${query}`)))
    expect(all.map(({ status }) => status)).toEqual(Array(40).fill(200))
    await Promise.all(all.map((answer) => answer.arrayBuffer()))
  })
})
