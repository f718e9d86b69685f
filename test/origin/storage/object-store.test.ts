// One contract, run on a folder and on a real S3 server: what is built on one store works on the other.

import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AwsClient } from 'aws4fetch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ObjectBody, ObjectHead, ObjectStore } from '#src/storage'
import { folderStore } from '../../../origin/storage/folder-store.ts'
import { bucketUrl, parseS3 } from '../../../origin/storage/s3-address.ts'
import { s3Store } from '../../../origin/storage/s3-store.ts'
import { moto, type S3Server, startS3 } from '../../support/s3.ts'

const folder = mkdtempSync(join(tmpdir(), 'skyedge-store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bytesOf = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => ((i + seed) * 7919) >> 3)

async function listOf(objects: AsyncIterable<ObjectHead>): Promise<ObjectHead[]> {
  const all: ObjectHead[] = []
  for await (const object of objects) all.push(object)
  return all
}

function contract(storeOf: () => ObjectStore): void {
  it('gives back by range what was put whole, and nothing behind its end', async () => {
    const store = storeOf()
    const bytes = bytesOf(5000)
    const { etag } = await store.put('maps/a.pack', bytes)
    const source = store.open('maps/a.pack')
    expect(await source.etag).toBe(etag)
    expect(await source.read(10, 20)).toEqual(bytes.slice(10, 20))
    expect(await source.read(4990, 9000, { ifMatch: etag })).toEqual(bytes.slice(4990))
    expect(await source.read(6000, 7000)).toHaveLength(0)
    expect(await source.read(7, 7)).toHaveLength(0)
  })

  it('tells what lies there: size, tag, time and what was put with it', async () => {
    const store = storeOf()
    const before = Math.floor(Date.now() / 1000) * 1000
    const { etag } = await store.put('head.pack', bytesOf(77), { metadata: { sha256: 'abc' } })
    const head = await store.head('head.pack')
    expect(head).toMatchObject({ key: 'head.pack', sizeBytes: 77, etag, metadata: { sha256: 'abc' } })
    expect(head!.modifiedMs % 1000).toBe(0)
    expect(head!.modifiedMs).toBeGreaterThanOrEqual(before - 2000)
    expect(await store.head('none.pack')).toBeUndefined()
    await expect(store.open('none.pack').read(0, 1)).rejects.toMatchObject({ code: 'absent' })
  })

  it('sees under an open object that it was replaced, and reads the new one when asked anew', async () => {
    const store = storeOf()
    await store.put('twice.pack', bytesOf(100, 1))
    const source = store.open('twice.pack')
    await source.read(0, 10)
    const first = await source.etag
    await store.put('twice.pack', bytesOf(100, 2), { metadata: { sha256: 'new' } })
    await expect(source.read(10, 20, { ifMatch: first })).rejects.toMatchObject({ code: 'changed' })
    expect(await source.read(10, 20)).toEqual(bytesOf(100, 2).slice(10, 20))
    expect(await source.etag).not.toBe(first)
    expect((await store.head('twice.pack'))!.metadata).toEqual({ sha256: 'new' })
  })

  it('lists by prefix, in order, across pages', async () => {
    const store = storeOf()
    const keys = ['list/a/1.pack', 'list/a/2.pack', 'list/ab.pack', 'list/b.pack']
    for (const key of [...keys].reverse()) await store.put(key, bytesOf(3))
    const listed = async (prefix: string) => (await listOf(store.list(prefix))).map(({ key }) => key)
    expect(await listed('list/')).toEqual(keys)
    expect(await listed('list/a')).toEqual(keys.slice(0, 3))
    expect(await listed('list/a/')).toEqual(keys.slice(0, 2))
    expect(await listed('list/none')).toEqual([])
    const [head] = await listOf(store.list('list/b.pack'))
    expect(head.sizeBytes).toBe(3)
  })

  it('deletes, also what is not there', async () => {
    const store = storeOf()
    await store.put('gone.pack', bytesOf(3))
    await store.delete('gone.pack')
    await store.delete('gone.pack')
    expect(await store.head('gone.pack')).toBeUndefined()
  })

  it('keeps nothing of a body that is shorter or longer than it was said to be, or breaks', async () => {
    const store = storeOf()
    await store.put('kept.pack', bytesOf(50))
    const lying = (sizeBytes: number): ObjectBody => ({
      sizeBytes,
      async *pieces() {
        yield bytesOf(100)
      },
    })
    for (const size of [99, 101, 0])
      await expect(store.put('kept.pack', lying(size))).rejects.toMatchObject({ code: 'short' })
    const breaking: ObjectBody = {
      sizeBytes: 100,
      async *pieces() {
        yield bytesOf(50)
        throw new Error('the disk broke')
      },
    }
    await expect(store.put('kept.pack', breaking)).rejects.toThrow('the disk broke')
    expect(await store.open('kept.pack').read(0, 100)).toEqual(bytesOf(50))
  })

  it('takes no key that a path or an address could read otherwise', async () => {
    const store = storeOf()
    for (const key of [
      '',
      '/a',
      'a/',
      '../a',
      'a/../b',
      'a//b',
      '.hidden',
      'a?b',
      'a%2fb',
      'ä',
      'a\nb',
      'a'.repeat(901),
    ])
      await expect((async () => store.put(key, bytesOf(1)))(), key).rejects.toMatchObject({ code: 'denied' })
  })

  it('takes a file of several parts in pieces, telling how far it is', async () => {
    const store = storeOf()
    const bytes = bytesOf(20_000_000)
    const path = join(folder, 'large')
    writeFileSync(path, bytes)
    const seen: number[] = []
    const metadata = { sha256: 'of-the-file' }
    const { etag } = await store.put(
      'large.pack',
      { sizeBytes: bytes.length, pieces: () => createReadStream(path, { highWaterMark: 1 << 20 }) },
      {
        metadata,
        onProgress: (sent) => seen.push(sent),
      },
    )
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toBe(bytes.length)
    expect(await store.head('large.pack')).toMatchObject({ etag, sizeBytes: bytes.length, metadata })
    const source = store.open('large.pack')
    const middle = 16 * 2 ** 20 - 5
    expect(await source.read(middle, middle + 10, { ifMatch: etag })).toEqual(bytes.slice(middle, middle + 10))
  })
}

describe('a folder as an object store', () => {
  contract(() => folderStore(join(folder, 'store')))

  it('leaves nothing but objects and what was put with them', async () => {
    const store = folderStore(join(folder, 'tidy'))
    await store.put('a.pack', bytesOf(9))
    await expect(store.put('a.pack', { sizeBytes: 9, pieces: async function* () {} })).rejects.toThrow()
    expect(readdirSync(join(folder, 'tidy')).sort()).toEqual(['.a.pack.json', 'a.pack'])
    await store.delete('a.pack')
    expect(readdirSync(join(folder, 'tidy'))).toEqual([])
  })
})

const s3 = moto()
describe.skipIf(!s3.found)(s3.says('an S3 bucket as an object store'), () => {
  let server: S3Server
  beforeAll(async () => {
    server = await startS3('packs')
  })
  afterAll(() => server.stop())
  const address = { bucket: 'packs', prefix: 'below/here' }
  const open = (more = {}) => s3Store(address, server.aws, { attempts: 2, wholeBytes: 2 ** 20, pageKeys: 2, ...more })
  contract(open)

  it('leaves no upload open that failed', async () => {
    const body: ObjectBody = {
      sizeBytes: 20_000_000,
      async *pieces() {
        for (let i = 0; i < 17; i++) yield new Uint8Array(1_000_000)
        throw new Error('the disk broke')
      },
    }
    await expect(open().put('half.pack', body)).rejects.toThrow('the disk broke')
    expect(await open().head('half.pack')).toBeUndefined()
    const client = new AwsClient({ ...server.credentials, service: 's3', region: server.aws.region })
    const uploads = await (await client.fetch(`${server.url}/packs?uploads`)).text()
    expect(uploads).toContain('<ListMultipartUploadsResult')
    expect(uploads).not.toContain('half.pack')
  })

  it('is refused with a wrong key, and says so without any secret', async () => {
    const secret = 'a-secret-that-nobody-may-see'
    const credentials = { ...server.credentials, secretAccessKey: secret }
    const store = s3Store(address, { ...server.aws, credentials: () => credentials }, { attempts: 1 })
    const errors = await Promise.all(
      [store.put('x', bytesOf(3)), store.head('x'), store.open('x').read(0, 1), listOf(store.list(''))].map((attempt) =>
        attempt.then(
          () => undefined,
          (error) => error,
        ),
      ),
    )
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'denied' })
      const said = `${error.message} ${error.stack} ${error.cause} ${JSON.stringify(error)}`
      for (const word of [secret, server.credentials.accessKeyId, 'Signature=']) expect(said).not.toContain(word)
    }
    expect(JSON.stringify(server.aws)).not.toContain(server.credentials.secretAccessKey)
  })

  it('says which bucket is not there', async () => {
    const store = s3Store({ bucket: 'other', prefix: '' }, server.aws)
    await expect(store.put('x', bytesOf(1))).rejects.toThrow(/s3:\/\/other\/x .*NoSuchBucket/)
  })
})

describe('a store that is away', () => {
  it('is tried again a bounded number of times, and answers as soon as it is back', async () => {
    let asked = 0
    let until = 2
    const server = createServer((request, response) => {
      asked++
      request.resume()
      if (asked <= until) response.writeHead(503, { 'Retry-After': '0' }).end()
      else response.writeHead(200, { ETag: '"x"' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const aws = { endpoint, region: 'us-east-1', credentials: () => undefined }
      const store = s3Store({ bucket: 'packs', prefix: '' }, aws, { attempts: 3 })
      expect(await store.put('a', bytesOf(3))).toEqual({ etag: '"x"' })
      expect(asked).toBe(3)
      until = 1000
      await expect(store.put('a', bytesOf(3))).rejects.toMatchObject({ code: 'unavailable' })
      expect(asked).toBe(6)
    } finally {
      server.close()
    }
  })

  it('that never answers is left after its time', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const aws = { endpoint, region: 'us-east-1', credentials: () => undefined }
      const store = s3Store({ bucket: 'packs', prefix: '' }, aws, { attempts: 1, timeoutMs: 100 })
      await expect(store.head('a')).rejects.toMatchObject({ code: 'unavailable' })
      await expect(store.open('a').read(0, 5)).rejects.toMatchObject({ code: 'unavailable' })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('the address of a bucket', () => {
  it('is s3://bucket/prefix, and by host at Amazon where its name allows', () => {
    expect(parseS3('s3://packs/a/b/')).toEqual({ bucket: 'packs', prefix: 'a/b' })
    expect(parseS3('s3://packs')).toEqual({ bucket: 'packs', prefix: '' })
    for (const wrong of [
      's3://',
      's3://A',
      's3://ab/..',
      's3://abc/a//b',
      'http://abc/',
      's3://abc/%2e',
      's3://u:p@abc/',
    ])
      expect(parseS3(wrong), wrong).toBeUndefined()
    const region = 'eu-west-1'
    expect(bucketUrl({ bucket: 'packs', prefix: '' }, { region })).toBe('https://packs.s3.eu-west-1.amazonaws.com')
    expect(bucketUrl({ bucket: 'a.b', prefix: '' }, { region })).toBe('https://s3.eu-west-1.amazonaws.com/a.b')
    expect(bucketUrl({ bucket: 'packs', prefix: '' }, { region, endpoint: 'http://h:1' })).toBe('http://h:1/packs')
  })
})
