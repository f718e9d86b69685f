// What `wrangler deploy` would put up, environment by environment: complete, the same bindings everywhere, and those that
// the worker's own types name. Without a network or an account.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Unstable_Config, unstable_readConfig } from 'wrangler'

const ROOT = resolve(import.meta.dirname, '../..')
const ENVIRONMENTS = [undefined, 'staging', 'production'] as const
const configOf = (file: string, env?: string): Unstable_Config =>
  unstable_readConfig({ config: join(ROOT, file), env }, { hideWarnings: true })

/** Binding -> the type that env.ts must give it. */
function bindingsOf(config: Unstable_Config): Map<string, string> {
  const entries: [string, string][] = [
    ...Object.keys(config.vars).map((name): [string, string] => [name, 'string']),
    ...config.r2_buckets.map(({ binding }): [string, string] => [binding, 'R2Bucket']),
    ...(config.queues.producers ?? []).map(({ binding }): [string, string] => [binding, 'Queue']),
    ...config.durable_objects.bindings.map(({ name }): [string, string] => [name, 'DurableObjectNamespace']),
    ...config.kv_namespaces.map(({ binding }): [string, string] => [binding, 'KVNamespace']),
  ]
  return new Map(entries)
}

/** Members of `interface Env`, with their types as written. */
const ENV = new Map(
  [
    .../interface Env \{([\s\S]*?)\n\}/
      .exec(readFileSync(join(ROOT, 'workers/edge/env.ts'), 'utf8'))![1]
      .matchAll(/^ {2}readonly (\w+)\??: (.+)$/gm),
  ].map(([, name, type]) => [name, type]),
)

/** Set by `wrangler secret put`. */
const SECRETS = ['EDGE_SECRET', 'PACKS_AUTHORIZATION']
/** What only an edge on a machine of one's own, or a test, is given. */
const ELSEWHERE = ['ORIGIN', 'COLO_DISK', 'PACKS_URL']

describe.each(ENVIRONMENTS)('wrangler.toml, environment %s', (env) => {
  const config = configOf('wrangler.toml', env)
  const bindings = bindingsOf(config)

  it('binds nothing but what the worker knows, each as what it takes it for', () => {
    for (const [name, type] of bindings) expect([name, ENV.get(name)]).toEqual([name, expect.stringContaining(type)])
  })

  it('queues, and consumes what it queues; is called by the clock; can be observed', () => {
    const { queues, triggers, observability } = config
    expect(queues.producers?.map(({ queue }) => queue)).toEqual(queues.consumers?.map(({ queue }) => queue))
    expect(triggers.crons).toEqual([expect.stringMatching(/^\S+ \S+ \S+ \S+ \S+$/)])
    expect(observability?.enabled).toBe(true)
  })

  it('has a migration for each class of objects that the worker exports', () => {
    const made = config.migrations.flatMap(({ new_sqlite_classes = [] }) => new_sqlite_classes)
    const main = readFileSync(join(ROOT, 'workers/edge/main.ts'), 'utf8')
    for (const { class_name } of config.durable_objects.bindings) {
      expect(made).toContain(class_name)
      expect(main).toContain(`export { ${class_name} }`)
    }
  })

  it('holds no secret', () => {
    for (const secret of SECRETS) expect(bindings.has(secret)).toBe(false)
  })
})

describe('the environments', () => {
  const [local, ...deployed] = ENVIRONMENTS.map((env) => configOf('wrangler.toml', env))

  it('bind all that the worker can be given', () => {
    for (const config of deployed) {
      const known = [...bindingsOf(config).keys(), ...SECRETS, ...ELSEWHERE]
      expect(known.toSorted()).toEqual([...ENV.keys()].toSorted())
    }
  })

  it('share no bucket and no queue', () => {
    const stores = [local, ...deployed].flatMap(({ r2_buckets, queues }) => [
      ...r2_buckets.map(({ bucket_name }) => bucket_name),
      ...(queues.producers ?? []).map(({ queue }) => queue),
    ])
    expect(new Set(stores).size).toBe(stores.length)
  })
})

/** `wrangler deploy --dry-run`; the size of the bundle in bytes. */
async function dryRun(file: string, env: string): Promise<{ status: number | null; said: string; bytes: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'skyedge-deploy-'))
  try {
    const args = ['deploy', '--dry-run', '--outdir', folder, '--config', join(ROOT, file), '--env', env]
    const environment = {
      ...process.env,
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      CI: '1',
    }
    const child = spawn(join(ROOT, 'node_modules/.bin/wrangler'), args, { cwd: ROOT, env: environment })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        said += bytes
      })
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { status, said, bytes: status === 0 ? statSync(join(folder, 'main.js')).size : 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

describe('wrangler deploy --dry-run', () => {
  it('takes the edge for production, and names its bindings', async () => {
    const { status, said, bytes } = await dryRun('wrangler.toml', 'production')
    expect([status, said]).toEqual([0, expect.not.stringMatching(/\[ERROR\]|\[WARNING\]/)])
    for (const name of bindingsOf(configOf('wrangler.toml', 'production')).keys()) expect(said).toContain(`env.${name}`)
    expect(bytes).toBeLessThan(260_000)
  })

  it('takes the availability worker for production', async () => {
    const { status, said, bytes } = await dryRun('workers/availability/wrangler.toml', 'production')
    expect([status, said]).toEqual([0, expect.not.stringMatching(/\[ERROR\]|\[WARNING\]/)])
    expect(said).toContain('env.SERVICES')
    expect(bytes).toBeLessThan(20_000)
  })
})

describe('docs/edge.md', () => {
  const lines = readFileSync(join(ROOT, 'docs/edge.md'), 'utf8')
    .split('\n')
    .map((line) => /^ {4}npx wrangler (.+)$/.exec(line)?.[1])
    .filter((line) => line !== undefined)

  it('makes what wrangler.toml names, before it deploys to an environment that there is', () => {
    const { r2_buckets, queues } = configOf('wrangler.toml', 'production')
    const made = lines.map((line) => /^(?:r2 bucket|queues) create (\S+)$/.exec(line)?.[1]).filter(Boolean)
    expect(made).toEqual([
      ...r2_buckets.map(({ bucket_name }) => bucket_name),
      ...(queues.producers ?? []).map(({ queue }) => queue),
    ])
    const environments = lines.map((line) => /--env (\S+)/.exec(line)?.[1]).filter(Boolean)
    expect(environments.length).toBeGreaterThan(3)
    for (const env of environments) expect(ENVIRONMENTS).toContain(env)
    for (const secret of lines.map((line) => /^secret put (\S+)/.exec(line)?.[1]).filter(Boolean))
      expect(SECRETS).toContain(secret)
  })

  it('says of each binding what it is for', () => {
    const text = readFileSync(join(ROOT, 'docs/edge.md'), 'utf8')
    const { r2_buckets, durable_objects, queues } = configOf('wrangler.toml', 'production')
    const names = [...r2_buckets, ...(queues.producers ?? [])].map(({ binding }) => binding)
    for (const name of [...names, ...durable_objects.bindings.map(({ name }) => name)])
      expect(text).toContain(`| \`${name}\` (`)
  })
})
