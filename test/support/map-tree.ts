// What lies on disk of a map, to compare two builds: every file's bytes, and when it was last modified.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildResult } from '../../origin/hips/build.ts'

export const mapFolder = (dataFolder: string, { record }: Pick<BuildResult, 'record'>) =>
  join(dataFolder, 'hips', record.folder)

/** Names of files below a folder, and digests of their bytes; `without` what has dates in it. */
export function treeOf(folder: string, without: readonly string[] = []): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
  return Object.fromEntries(
    names
      .filter((name) => !without.includes(name))
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  )
}

/** Files with dates in them. */
export const DATED = ['properties', 'public/properties', 'recipe.json', 'metadata.xml']
