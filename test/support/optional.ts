// What the suite can use but npm does not bring. A test that needs one of these says so:
//   describe.skipIf(!astropy.found)(astropy.says('equals astropy'), …)
// and is then reported as skipped by its name and the reason.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface Optional {
  readonly found: boolean
  /** What to install, for the reader of a skipped test's name. */
  readonly reason: string
  /** The test's name, with the reason added where the thing is absent. */
  says(name: string): string
}

export function optional(found: boolean, reason: string): Optional {
  return { found, reason, says: (name) => (found ? name : `${name} [skipped: ${reason}]`) }
}

/** What is part of Node. */
export const always = optional(true, '')

const runs = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0
const onPath = (command: string) => runs('sh', '-c', `command -v ${command}`)

/** Debian's packages by what the suite and the benchmarks use of them; `.ci/run` installs these and no others. */
export const DEBIAN = {
  astropy: 'python3-astropy',
  fitsio: 'python3-fitsio',
  healpy: 'python3-healpy',
  PIL: 'python3-pil',
  pyvo: 'python3-pyvo',
  scipy: 'python3-scipy',
  fpack: 'libcfitsio-bin',
  fitsverify: 'fitsverify',
  stilts: 'stilts',
  xmllint: 'libxml2-utils',
  curl: 'curl',
  hipsgen: 'aladin',
  chromium: 'chromium',
  nginx: 'nginx-light',
  wrk: 'wrk',
  'systemd-analyze': 'systemd',
  astroquery: 'python3-astroquery',
  postgres: 'postgresql',
  pgsphere: 'postgresql-15-pgsphere',
  venv: 'python3-venv',
  gavo: 'python3-gavo',
} as const
type Module = 'astropy' | 'astroquery' | 'fitsio' | 'healpy' | 'PIL' | 'pyvo' | 'scipy'
type Command = Exclude<keyof typeof DEBIAN, Module | 'hipsgen' | 'chromium' | 'postgres' | 'pgsphere' | 'venv' | 'gavo'>

const packaged = (found: boolean, ...names: readonly (keyof typeof DEBIAN)[]) =>
  optional(found, `needs ${names.join(', ')} (Debian: ${names.map((name) => DEBIAN[name]).join(', ')})`)

/** Debian's Python: the one that has python3-astropy and its friends. */
export const PYTHON = '/usr/bin/python3'
export const python = (...modules: readonly Module[]) =>
  packaged(runs(PYTHON, '-c', `import ${modules.join(', ')}`), ...modules)

export const command = (...names: readonly Command[]) => packaged(names.every(onPath), ...names)

/** Python with the oracles of test/reference/requirements.txt: newer than Debian's, and some that Debian lacks. */
export const ORACLES = resolve(import.meta.dirname, '../../.oracles/bin/python')
type Oracle = 'psycopg2' | 'astropy' | 'pyvo' | 'schemathesis' | 'lsst.daf.butler' | 'lsst.dax.obscore'
export const oracles = (...modules: readonly Oracle[]) =>
  optional(
    existsSync(ORACLES) && runs(ORACLES, '-c', `import ${modules.join(', ')}`),
    `needs ${modules.join(', ')} in .oracles (python3 -m venv .oracles; .oracles/bin/pip install -r test/reference/requirements.txt)`,
  )

/** DaCHS has the schemas of registries and of OAI-PMH beside it. */
export const REGISTRY_SCHEMAS = '/usr/lib/python3/dist-packages/gavo/resources/schemata'
export const registrySchemas = () => packaged(existsSync(REGISTRY_SCHEMAS) && onPath('stilts'), 'stilts', 'gavo')

/** Where Debian keeps PostgreSQL's own commands (initdb, postgres), newest version last. */
const POSTGRES_VERSIONS = '/usr/lib/postgresql'
export const postgresBin = (): string | undefined => {
  if (!existsSync(POSTGRES_VERSIONS)) return undefined
  const versions = readdirSync(POSTGRES_VERSIONS).sort((a, b) => Number(a) - Number(b))
  return versions.length > 0 ? join(POSTGRES_VERSIONS, versions[versions.length - 1], 'bin') : undefined
}
export const postgres = () => {
  const bin = postgresBin()
  const version = bin?.split('/').at(-2)
  const sphere = existsSync(`/usr/share/postgresql/${version}/extension/pg_sphere.control`)
  return packaged(bin !== undefined && sphere, 'postgres', 'pgsphere')
}

/** CDS's Hipsgen. */
export const HIPSGEN_JAR = '/usr/share/java/aladin.jar'
export const hipsgen = () => packaged(existsSync(HIPSGEN_JAR) && onPath('java'), 'hipsgen')
export const CHROMIUM = '/usr/bin/chromium'
export const chromium = () => packaged(existsSync(CHROMIUM), 'chromium')

/** The folder that holds real sky data, judges and peers; not part of the project. */
export const SHARED = process.env.SKYEDGE_SHARED ?? resolve(import.meta.dirname, '../../../shared')
export const shared = (path: string) => join(SHARED, path)
export const skyData = (path = '') =>
  optional(existsSync(shared(`data/sky/${path}`)), `needs the real sky data (SKYEDGE_SHARED, data/sky/${path})`)
export const sharedFile = (path: string) => optional(existsSync(shared(path)), `needs ${path} (SKYEDGE_SHARED)`)
