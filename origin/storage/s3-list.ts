// The answer of ListObjectsV2 as values. Parsed as XML: keys that others put there may hold anything.

import { SaxesParser } from 'saxes'
import { type ObjectHead, StorageError } from '#src/storage'

export interface ListPage {
  readonly objects: readonly ObjectHead[]
  /** Where the next page goes on; undefined at the end. */
  readonly next?: string
}

export function parseList(xml: string): ListPage {
  const objects: ObjectHead[] = []
  const path: string[] = []
  let entry: Record<string, string> = {}
  let next: string | undefined
  let text = ''
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => {
    path.push(name)
    if (path.length === 2 && name === 'Contents') entry = {}
    text = ''
  })
  parser.on('text', (more) => {
    text += more
  })
  parser.on('closetag', ({ name }) => {
    path.pop()
    if (path.length === 2 && path[1] === 'Contents') entry[name] = text
    if (path.length === 1 && name === 'NextContinuationToken') next = text
    if (path.length === 1 && name === 'Contents') objects.push(headOf(entry))
  })
  parser.on('error', (cause) => {
    throw new StorageError('unavailable', 'the listing of the store is no XML', { cause })
  })
  parser.write(xml).close()
  return { objects, next }
}

function headOf({
  Key: key = '',
  Size: size = '',
  ETag: etag = '',
  LastModified: modified = '',
}: Record<string, string>) {
  const sizeBytes = Number(size)
  const modifiedMs = Math.floor(Date.parse(modified) / 1000) * 1000
  if (key === '' || !/^\d{1,15}$/.test(size) || Number.isNaN(modifiedMs))
    throw new StorageError('unavailable', 'the listing of the store has an object without key, size or time')
  return { key, sizeBytes, etag, modifiedMs }
}
