// The environment -> one frozen, validated Config. The only file of the origin that reads the environment.
// Every setting is in SETTINGS with its default and meaning; the README's table is checked against it.

import { resolve } from 'node:path'
import { storeProblem } from './storage/open-store.ts'
import type { AwsSettings } from './storage/s3-address.ts'

export type ConfigErrorCode = 'bad-setting'

export class ConfigError extends Error {
  readonly code: ConfigErrorCode = 'bad-setting'
  /** One sentence for each setting that cannot be used. */
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** An edge: what its region is called, and where it answers, without a trailing slash. */
export interface EdgeUrl {
  readonly region: string
  readonly url: string
}

export interface Config {
  /** Absolute folder of the catalogue, products, tiles, job results and edge caches. */
  readonly dataFolder: string
  /** Address to listen on. */
  readonly host: string
  /** First edge's port; edge n (from 0) listens on `edgePort + n`. 0 = any free port. */
  readonly edgePort: number
  readonly originPort: number
  readonly availabilityPort: number
  /** Edges (= regions) that `npm start` starts, 1 to 16. */
  readonly edges: number
  /** The edges of this node by region, where `npm start` does not start them. */
  readonly edgeUrls?: readonly EdgeUrl[]
  /** `postgres://…`; undefined = embedded SQLite below `dataFolder`. */
  readonly databaseUrl?: string
  /** Where packed maps are published to: `s3://bucket/prefix` or `file:///folder`; undefined = nowhere. */
  readonly objectStore?: string
  /** For `objectStore`, by the names that every S3 client reads. */
  readonly aws: AwsSettings
  /** Where edges send their misses, without a trailing slash; undefined = the origin that `npm start` starts. */
  readonly originUrl?: string
  /** Artificial latency between edge and origin, milliseconds, 0 to 60000. */
  readonly originLatencyMs: number
  /** Naming authority of publisher identifiers: `ivo://{authority}/{release}?{productId}`. */
  readonly authority: string
  /** Under which the world knows the node, without a trailing slash; undefined = as each request names it. */
  readonly publicUrl?: string
  /** What the node is called in registries. */
  readonly title: string
  /** Who publishes its data. */
  readonly organisation: string
  readonly contactName: string
  readonly contactEmail: string
  /** Of the data that are open to everybody. */
  readonly licenceUrl?: string
}

export interface Setting {
  readonly name: string
  readonly fallback: string
  readonly meaning: string
}

/** What an operator may set, in the order of the README's table. */
export const SETTINGS: readonly Setting[] = [
  {
    name: 'SKYEDGE_DATA',
    fallback: './.skyedge',
    meaning: 'folder of the catalogue, products, tiles, results and edge caches',
  },
  { name: 'SKYEDGE_HOST', fallback: '127.0.0.1', meaning: 'address to listen on' },
  { name: 'SKYEDGE_EDGE_PORT', fallback: '8787', meaning: 'port of the first edge; more follow it' },
  { name: 'SKYEDGE_ORIGIN_PORT', fallback: '8780', meaning: 'port of the origin' },
  { name: 'SKYEDGE_AVAILABILITY_PORT', fallback: '8781', meaning: 'port of the availability worker' },
  { name: 'SKYEDGE_EDGES', fallback: '1', meaning: 'edges (= regions) to start' },
  {
    name: 'SKYEDGE_EDGE_URLS',
    fallback: '',
    meaning: 'edges that run elsewhere, as region=url, blanks between; empty = those started here',
  },
  {
    name: 'SKYEDGE_DATABASE_URL',
    fallback: '',
    meaning: 'postgres://… for PostgreSQL with pg_sphere; empty = embedded SQLite',
  },
  {
    name: 'SKYEDGE_OBJECT_STORE',
    fallback: '',
    meaning: 's3://bucket/prefix or file:///folder that packed maps are published to; empty = none',
  },
  { name: 'AWS_ENDPOINT_URL_S3', fallback: '', meaning: "address of an S3 store other than Amazon's" },
  { name: 'AWS_ENDPOINT_URL', fallback: '', meaning: 'the same, where the one before is not set' },
  { name: 'AWS_REGION', fallback: 'us-east-1', meaning: 'region of the bucket (`auto` for R2)' },
  { name: 'AWS_ACCESS_KEY_ID', fallback: '', meaning: 'who may write there' },
  { name: 'AWS_SECRET_ACCESS_KEY', fallback: '', meaning: 'the secret of that key' },
  { name: 'AWS_SESSION_TOKEN', fallback: '', meaning: 'for keys of limited life' },
  {
    name: 'SKYEDGE_ORIGIN_URL',
    fallback: '',
    meaning: 'where edges send their misses; empty = the origin started here',
  },
  { name: 'SKYEDGE_ORIGIN_LATENCY_MS', fallback: '0', meaning: 'artificial latency between edge and origin, ms' },
  { name: 'SKYEDGE_AUTHORITY', fallback: 'skyedge.example', meaning: 'naming authority of publisher identifiers' },
  { name: 'SKYEDGE_PUBLIC_URL', fallback: '', meaning: 'address of the node for registries; empty = as it was asked' },
  { name: 'SKYEDGE_TITLE', fallback: 'Skyedge node', meaning: 'what the node is called in registries' },
  { name: 'SKYEDGE_ORGANISATION', fallback: '', meaning: 'who publishes the data; empty = the title' },
  { name: 'SKYEDGE_CONTACT_NAME', fallback: '', meaning: 'whom to write to; empty = the organisation' },
  { name: 'SKYEDGE_CONTACT_EMAIL', fallback: '', meaning: 'where to write to; empty = operator@ the authority' },
  { name: 'SKYEDGE_LICENCE_URL', fallback: '', meaning: 'licence of the open data, e.g. of Creative Commons' },
]

type Environment = Readonly<Record<string, string | undefined>>

/** Reads every setting, once; throws one ConfigError that names all that cannot be used. */
export function loadConfig(env: Environment = process.env): Config {
  const problems: string[] = []
  const text = (name: string) => env[name]?.trim() || (SETTINGS.find((s) => s.name === name)?.fallback ?? '')
  const refuse = (name: string, expected: string) =>
    problems.push(`${name} is ${JSON.stringify(text(name))}, expected ${expected}`)
  const whole = (name: string, least: number, most: number): number => {
    const value = Number(text(name))
    if (!/^\d+$/.test(text(name)) || value < least || value > most)
      refuse(name, `a whole number from ${least} to ${most}`)
    return value
  }
  const url = (name: string, protocols: readonly string[]): string | undefined => {
    if (text(name) === '') return undefined
    // Never echoes the value: it may hold a password.
    if (!URL.canParse(text(name)) || !protocols.includes(new URL(text(name)).protocol))
      problems.push(`${name} is no address that can be used, expected ${protocols.map((p) => `${p}//…`).join(' or ')}`)
    return text(name).replace(/\/+$/, '')
  }

  const config: Config = {
    dataFolder: resolve(text('SKYEDGE_DATA')),
    host: text('SKYEDGE_HOST'),
    edgePort: whole('SKYEDGE_EDGE_PORT', 0, 65535),
    originPort: whole('SKYEDGE_ORIGIN_PORT', 0, 65535),
    availabilityPort: whole('SKYEDGE_AVAILABILITY_PORT', 0, 65535),
    edges: whole('SKYEDGE_EDGES', 1, 16),
    edgeUrls: edgeUrlsOf(text('SKYEDGE_EDGE_URLS')),
    databaseUrl: url('SKYEDGE_DATABASE_URL', ['postgres:', 'postgresql:']),
    objectStore: text('SKYEDGE_OBJECT_STORE').replace(/\/+$/, '') || undefined,
    aws: {
      endpoint: url('AWS_ENDPOINT_URL_S3', ['http:', 'https:']) ?? url('AWS_ENDPOINT_URL', ['http:', 'https:']),
      region: text('AWS_REGION'),
      credentials: credentialsIn(text),
    },
    originUrl: url('SKYEDGE_ORIGIN_URL', ['http:', 'https:']),
    originLatencyMs: whole('SKYEDGE_ORIGIN_LATENCY_MS', 0, 60_000),
    authority: text('SKYEDGE_AUTHORITY'),
    publicUrl: url('SKYEDGE_PUBLIC_URL', ['http:', 'https:']),
    title: text('SKYEDGE_TITLE'),
    organisation: text('SKYEDGE_ORGANISATION') || text('SKYEDGE_TITLE'),
    contactName: text('SKYEDGE_CONTACT_NAME') || text('SKYEDGE_ORGANISATION') || text('SKYEDGE_TITLE'),
    contactEmail: text('SKYEDGE_CONTACT_EMAIL') || `operator@${text('SKYEDGE_AUTHORITY')}`,
    licenceUrl: url('SKYEDGE_LICENCE_URL', ['http:', 'https:']),
  }
  if (config.edgeUrls?.length === 0)
    refuse('SKYEDGE_EDGE_URLS', 'region=http(s)://host[:port], each region once, blanks between')
  if (!/^[A-Za-z0-9.:[\]_-]+$/.test(config.host)) refuse('SKYEDGE_HOST', 'a host name or an address')
  // IVOA Identifiers 2.0 §2.3.2: an authority has at least three characters and starts with a letter or digit.
  if (!/^[A-Za-z0-9][A-Za-z0-9._~-]{2,}$/.test(config.authority))
    refuse('SKYEDGE_AUTHORITY', 'a naming authority such as "skyedge.example"')
  // OAI-PMH 2.0, emailType; the name before the @ may not begin a second address.
  if (text('SKYEDGE_CONTACT_EMAIL') !== '' && !/^[^\s@<>,;]+@(?:[^\s@.]+\.)+[^\s@.]+$/.test(config.contactEmail))
    refuse('SKYEDGE_CONTACT_EMAIL', 'an address such as help@skyedge.example')
  if (!/^[a-z0-9-]{2,40}$/.test(config.aws.region)) refuse('AWS_REGION', 'a region such as "eu-west-1"')
  const store = config.objectStore && storeProblem(config.objectStore, config.aws)
  if (store) problems.push(`SKYEDGE_OBJECT_STORE ${store}`)
  if (problems.length === 0) problems.push(...portClashes(config))
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

/** Behind a function, so that nothing that shows the settings shows them. */
function credentialsIn(text: (name: string) => string): AwsSettings['credentials'] {
  const accessKeyId = text('AWS_ACCESS_KEY_ID')
  const secretAccessKey = text('AWS_SECRET_ACCESS_KEY')
  const sessionToken = text('AWS_SESSION_TOKEN') || undefined
  return () => (accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined)
}

function portClashes({ edgePort, edges, originPort, availabilityPort }: Config): string[] {
  const isEdge = (port: number) => edgePort !== 0 && port >= edgePort && port < edgePort + edges
  const problems: string[] = []
  if (edgePort + edges - 1 > 65535)
    problems.push(`SKYEDGE_EDGE_PORT is ${edgePort}, expected room for ${edges} ports up to 65535`)
  if (isEdge(originPort)) problems.push(`SKYEDGE_ORIGIN_PORT is ${originPort}, expected a port that no edge uses`)
  if (isEdge(availabilityPort) || (availabilityPort !== 0 && availabilityPort === originPort))
    problems.push(`SKYEDGE_AVAILABILITY_PORT is ${availabilityPort}, expected a port of its own`)
  return problems
}

/** Undefined where nothing is said; empty where it cannot be read. */
function edgeUrlsOf(text: string): EdgeUrl[] | undefined {
  if (text === '') return undefined
  const edges: EdgeUrl[] = []
  for (const word of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, region, url] = /^([\w.-]{1,64})=(https?:\/\/[^/?#@\s]+)\/*$/.exec(word) ?? []
    if (!region || !URL.canParse(url) || edges.some((edge) => edge.region === region)) return []
    edges.push({ region, url })
  }
  return edges
}
