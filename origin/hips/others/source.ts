// Which map of which node a copy is of, as it was asked for: noted beside its files, so that a later run knows what is new.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../tile-files.ts'

export interface Source {
  readonly url: string
  readonly releaseDate: string
  /** Orders, formats and region as they were asked for. */
  readonly wanted: string
  /** Files that are there are asked about again. */
  readonly doubt?: boolean
}

const SOURCE_FILE = 'mirror.json'

export const writeSource = (folder: string, source: Source): void =>
  writeWhole(join(folder, SOURCE_FILE), JSON.stringify(source))

export async function readSource(folder: string): Promise<Source | undefined> {
  const text = await readFile(join(folder, SOURCE_FILE), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Source)
}
