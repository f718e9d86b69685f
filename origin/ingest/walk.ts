// The files below a folder, in the order of their names. Hidden ones are passed over, symbolic links are not followed
// (so nothing outside the folder is read), and what cannot be listed is reported, not thrown.

import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { IngestError } from './errors.ts'

export interface FoundFile {
  readonly path: string
  /** Relative to the folder, with `/`. */
  readonly name: string
}

export interface WalkOptions {
  /** Told of each folder that cannot be listed and each link that is not followed. */
  readonly onSkipped?: (name: string, reason: string) => void
}

/** Deeper folders than this are a loop or an attack. */
const MAX_DEPTH = 64

/** `root` is a folder, or one file. */
export async function* walkFolder(root: string, { onSkipped }: WalkOptions = {}): AsyncGenerator<FoundFile> {
  const stats = await lstat(root).catch((error: NodeJS.ErrnoException) => {
    throw new IngestError('no-folder', `the folder cannot be read (${error.code}): is its name right?`, {
      cause: error,
    })
  })
  if (stats.isFile()) yield { path: root, name: basename(root) }
  else if (stats.isDirectory()) yield* walk(root, '', 0, onSkipped)
  else throw new IngestError('no-folder', 'the name given is neither a folder nor a file')
}

async function* walk(
  folder: string,
  prefix: string,
  depth: number,
  onSkipped: WalkOptions['onSkipped'],
): AsyncGenerator<FoundFile> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (depth === 0)
      throw new IngestError('no-folder', `the folder cannot be listed (${(error as NodeJS.ErrnoException).code})`)
    onSkipped?.(prefix, `the folder cannot be listed (${(error as NodeJS.ErrnoException).code})`)
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue
    const name = prefix + entry.name
    const path = join(folder, entry.name)
    if (entry.isFile()) yield { path, name }
    else if (entry.isSymbolicLink() && looksLikeFits(entry.name))
      onSkipped?.(name, 'a symbolic link, which is not followed')
    else if (entry.isDirectory() && depth >= MAX_DEPTH) onSkipped?.(name, `deeper than ${MAX_DEPTH} folders`)
    else if (entry.isDirectory()) yield* walk(path, `${name}/`, depth + 1, onSkipped)
  }
}

export const looksLikeFits = (name: string) => /\.(fits?|fts)(\.(fz|gz))?$/i.test(name)

/** The file name without folder and without .fits, .fit, .fits.fz …: what the rules for names see. */
export function stemOf(name: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1)
  return file.replace(/(\.(fits?|fts))?(\.(fz|gz))?$/i, '') || file
}

/** A name for the screen: one line, nothing that moves the cursor, turns the text or ends a quotation. */
export function shown(name: string): string {
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffd"\\]/u.test(name)) return name
  return JSON.stringify(name).replace(
    /[\p{Cf}\p{Zl}\p{Zp}\x7f-\x9f\ufffd]/gu,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
