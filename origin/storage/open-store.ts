// The address of an object store -> the store: `s3://bucket/prefix`, or `file:///folder` of this machine.

import { fileURLToPath } from 'node:url'
import type { ObjectStore } from '#src/storage'
import { folderStore } from './folder-store.ts'
import { type AwsSettings, parseS3 } from './s3-address.ts'
import { type S3StoreOptions, s3Store } from './s3-store.ts'

/** What is wrong with it, as the end of a sentence; undefined = nothing. Never repeats it: there may be a key inside. */
export function storeProblem(address: string, aws: AwsSettings): string | undefined {
  if (address.startsWith('file:')) return folderOf(address) ? undefined : 'is no file:///folder'
  if (!parseS3(address)) return 'is no address of an object store, expected s3://bucket/prefix or file:///folder'
  if (!aws.credentials()) return 'needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
  return undefined
}

/** An address without a problem. */
export function openStore(address: string, aws: AwsSettings, options?: S3StoreOptions): ObjectStore {
  const folder = folderOf(address)
  if (folder) return folderStore(folder, address)
  const bucket = parseS3(address)
  if (!bucket) throw new TypeError('the address of the object store was not checked')
  return s3Store(bucket, aws, options)
}

function folderOf(address: string): string | undefined {
  if (!/^file:\/\/\/[^?#]+$/.test(address) || !URL.canParse(address)) return undefined
  return fileURLToPath(address).replace(/\/+$/, '')
}

export interface StorePlace {
  /** The bucket or folder itself: what an edge's binding or PACKS_URL leads to. */
  readonly root: string
  /** '' or `a/b/`: where in it. */
  readonly prefix: string
}

/** Of an address without a problem. */
export function placeOf(address: string): StorePlace {
  const bucket = parseS3(address)
  if (!bucket) return { root: address, prefix: '' }
  return { root: `s3://${bucket.bucket}`, prefix: bucket.prefix && `${bucket.prefix}/` }
}
