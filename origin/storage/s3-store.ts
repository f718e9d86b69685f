// A bucket of an S3 store, below a prefix, as an object store.

import { checkKey, httpRangeSource, type ObjectHead, type ObjectStore, StorageError } from '#src/storage'
import { bodyOf, partsOf } from './body.ts'
import type { AwsSettings, S3Address } from './s3-address.ts'
import { parseList } from './s3-list.ts'
import { uploadInParts } from './s3-upload.ts'
import { type S3Limits, S3Wire, textOf } from './s3-wire.ts'

export interface S3StoreOptions extends S3Limits {
  /** Larger bodies go in parts (default 64 MiB): no more than this of one is in memory. */
  readonly wholeBytes?: number
  /** Objects of one page of a listing, at most 1000 (the default). */
  readonly pageKeys?: number
}

/** A page of a listing: 1000 keys of at most 1 kB, escaped. */
const LIST_BYTES = 8 * 2 ** 20
const META = 'x-amz-meta-'

export function s3Store(address: S3Address, aws: AwsSettings, options: S3StoreOptions = {}): ObjectStore {
  const { wholeBytes = 64 * 2 ** 20, pageKeys = 1000, ...limits } = options
  const wire = new S3Wire(address, aws, limits)
  return {
    name: wire.name,
    async put(key, given, putOptions = {}) {
      const body = bodyOf(given)
      const { contentType = 'application/octet-stream', metadata = {}, signal, onProgress } = putOptions
      const headers = {
        'content-type': contentType,
        ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [META + name, value])),
      }
      if (body.sizeBytes > wholeBytes) return uploadInParts(wire, checkKey(key), body, headers, putOptions)
      let whole: Uint8Array = new Uint8Array(0)
      for await (const part of partsOf(body, body.sizeBytes, key)) whole = part
      const response = await wire.send({ method: 'PUT', key: checkKey(key), headers, body: whole, signal })
      await response.body?.cancel()
      onProgress?.(body.sizeBytes)
      return { etag: response.headers.get('etag') ?? '' }
    },
    open: (key) => httpRangeSource(wire.urlOf(checkKey(key)), { fetch: wire.fetch, key: `${wire.name}/${key}` }),
    async head(key, { signal } = {}) {
      try {
        return headOf(key, await wire.send({ method: 'HEAD', key: checkKey(key), signal }))
      } catch (error) {
        if (error instanceof StorageError && error.code === 'absent') return undefined
        throw error
      }
    },
    list: (prefix) => list(wire, prefix, pageKeys),
    async delete(key) {
      const response = await wire.send({ method: 'DELETE', key: checkKey(key) }).catch((error) => {
        if (error instanceof StorageError && error.code === 'absent') return undefined
        throw error
      })
      await response?.body?.cancel()
    },
  }
}

function headOf(key: string, { headers }: Response): ObjectHead {
  const size = headers.get('content-length') ?? ''
  const modifiedMs = Date.parse(headers.get('last-modified') ?? '')
  if (!/^\d{1,15}$/.test(size) || Number.isNaN(modifiedMs))
    throw new StorageError('unavailable', `the store does not tell the length and time of ${key}`)
  const metadata = [...headers].filter(([name]) => name.startsWith(META))
  return {
    key,
    sizeBytes: Number(size),
    etag: headers.get('etag') ?? '',
    modifiedMs,
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(META.length), value])),
  }
}

async function* list(wire: S3Wire, prefix: string, pageKeys: number): AsyncGenerator<ObjectHead> {
  const cut = wire.fullKey('').length
  let token: string | undefined
  do {
    const query: Record<string, string> = {
      'list-type': '2',
      'max-keys': String(pageKeys),
      prefix: wire.fullKey(prefix),
    }
    if (token) query['continuation-token'] = token
    const page = parseList(await textOf(await wire.send({ method: 'GET', key: '', query }), LIST_BYTES))
    if (page.next !== undefined && page.next === token)
      throw new StorageError('unavailable', `the listing of ${wire.name} does not go on`)
    for (const object of page.objects) yield { ...object, key: object.key.slice(cut) }
    token = page.next
  } while (token)
}
