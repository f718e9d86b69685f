// Where a map's tiles lie, and how one gets there: written under another name, dated, then renamed.
// Every path is made from numbers, never from a request's text.

import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tilePath } from '#src/hips'
import type { TileFormat } from './recipe.ts'

export interface TileAddress {
  readonly order: number
  readonly npix: number
  readonly format: TileFormat
}

export const tileFile = (folder: string, tile: TileAddress): string => join(folder, tilePath(tile))

let counter = 0

/** Whole or not at all: a reader sees the old file, the new one, or none. */
export function writeWhole(path: string, bytes: Uint8Array | string, modifiedMs?: number): void {
  const temporary = `${path}.${process.pid}-${counter++}.part`
  mkdirSync(dirname(path), { recursive: true })
  try {
    writeFileSync(temporary, bytes)
    if (modifiedMs !== undefined) utimesSync(temporary, modifiedMs / 1000, modifiedMs / 1000)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
