// What the suite can use but npm does not bring. A test that needs one of these says so:
//   describe.skipIf(!astropy.found)(astropy.says('equals astropy'), …)
// and is then reported as skipped by its name and the reason.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface Optional {
  readonly found: boolean
  /** What to install, for the reader of a skipped test's name. */
  readonly reason: string
  /** The test's name, with the reason added where the thing is absent. */
  says(name: string): string
}

function optional(found: boolean, reason: string): Optional {
  return { found, reason, says: (name) => (found ? name : `${name} [skipped: ${reason}]`) }
}

const runs = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0
const onPath = (command: string) => runs('sh', '-c', `command -v ${command}`)

/** Debian's Python: the one that has python3-astropy and its friends. */
export const PYTHON = '/usr/bin/python3'
export const python = (module: string) =>
  optional(runs(PYTHON, '-c', `import ${module}`), `needs Debian's python3-${module}`)

export const command = (name: string, debianPackage = name) =>
  optional(onPath(name), `needs ${name} (Debian: ${debianPackage})`)

/** CDS's Hipsgen, in Debian's package aladin. */
export const HIPSGEN_JAR = '/usr/share/java/aladin.jar'
export const hipsgen = () => optional(existsSync(HIPSGEN_JAR) && onPath('java'), `needs Hipsgen (Debian: aladin)`)
export const CHROMIUM = '/usr/bin/chromium'
export const chromium = () => optional(existsSync(CHROMIUM), 'needs Chromium (Debian: chromium)')

/** The folder that holds real sky data, judges and peers; not part of the project. */
export const SHARED = process.env.SKYEDGE_SHARED ?? resolve(import.meta.dirname, '../../../shared')
export const shared = (path: string) => join(SHARED, path)
export const skyData = (path = '') =>
  optional(existsSync(shared(`data/sky/${path}`)), `needs the real sky data (SKYEDGE_SHARED, data/sky/${path})`)
export const sharedFile = (path: string) => optional(existsSync(shared(path)), `needs ${path} (SKYEDGE_SHARED)`)
