// What lies at a path: a Butler repository, an ObsCore table, or images. One door for all three.

import { stat } from 'node:fs/promises'
import { isRepository } from './butler/config.ts'
import { type ButlerOptions, ingestButler } from './butler/ingest.ts'
import { ingestFolder } from './ingest.ts'
import { ingestTable } from './obscore-table/ingest.ts'
import { tableFormat } from './obscore-table/source.ts'
import type { IngestReport } from './report.ts'

export const SOURCES = ['fits', 'butler', 'obscore'] as const
export type Source = (typeof SOURCES)[number]

export type SourceOptions = ButlerOptions & {
  /** Absent: as `sourceOf` finds. */
  readonly from?: Source
}

/** A folder with a butler.yaml (or that file) is a repository, a file that reads as a table is one; the rest is images. */
export async function sourceOf(path: string): Promise<Source> {
  if (await isRepository(path)) return 'butler'
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
  return isFile && (await tableFormat(path)) ? 'obscore' : 'fits'
}

export async function ingestSource(options: SourceOptions): Promise<IngestReport> {
  const source = options.from ?? (await sourceOf(options.folder))
  if (source === 'butler') return ingestButler(options)
  return source === 'obscore' ? ingestTable(options) : ingestFolder(options)
}
