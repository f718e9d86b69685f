// A HiPS in a folder. Only folders whose names a HiPS has are entered; a symbolic link is followed inside the folder
// and refused where it leads out of it: nothing else of this machine is ever served.

import { open, opendir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { OthersError } from './errors.ts'
import { MAX_FILE_BYTES, type OthersFile, type OthersTree, shown } from './tree.ts'

const ENTERED = [/^(?:Norder\d{1,2}|HpxFinder)$/, /^(?:Dir\d{1,16}|Norder\d{1,2})$/, /^Dir\d{1,16}$/]

export async function folderTree(folder: string): Promise<OthersTree> {
  const root = await realpath(folder)
  return { folder: root, files: () => walk(root, '', 0), close: async () => undefined }
}

async function* walk(root: string, below: string, depth: number): AsyncGenerator<OthersFile> {
  for await (const entry of await opendir(join(root, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    const full = join(root, path)
    if (entry.isSymbolicLink()) await checkLink(root, path)
    const about = entry.isSymbolicLink() ? await stat(full) : entry
    if (about.isDirectory()) {
      if (ENTERED[depth]?.test(entry.name)) yield* walk(root, path, depth + 1)
    } else if (about.isFile()) yield await fileAt(full, path)
    else throw new OthersError('bad-tree', `${shown(path)} is neither a file nor a folder`)
  }
}

async function checkLink(root: string, path: string): Promise<void> {
  const target = await realpath(join(root, path)).catch((cause) => {
    throw new OthersError('bad-tree', `the symbolic link ${shown(path)} leads nowhere`, { cause })
  })
  if (!target.startsWith(root + sep))
    throw new OthersError('bad-tree', `the symbolic link ${shown(path)} leads out of the map's folder`)
}

async function fileAt(full: string, path: string): Promise<OthersFile> {
  const { size, mtimeMs } = await stat(full)
  return {
    path,
    sizeBytes: size,
    modifiedMs: Math.floor(mtimeMs / 1000) * 1000,
    async read() {
      if (size > MAX_FILE_BYTES)
        throw new OthersError('too-large', `${shown(path)} has ${size} bytes, at most ${MAX_FILE_BYTES} are taken`)
      return readFile(full)
    },
    async head(length) {
      const file = await open(full)
      try {
        const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0)
        return buffer.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
  }
}
