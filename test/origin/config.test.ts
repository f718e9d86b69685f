import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type ConfigError, loadConfig, SETTINGS } from '../../origin/config.ts'

const problemsOf = (env: Record<string, string>) => {
  try {
    loadConfig(env)
  } catch (error) {
    return (error as ConfigError).problems
  }
  return []
}

describe('the settings', () => {
  it('have the documented defaults when nothing is set', () => {
    expect(loadConfig({})).toMatchObject({
      host: '127.0.0.1',
      edgePort: 8787,
      originPort: 8780,
      availabilityPort: 8781,
      edges: 1,
      originLatencyMs: 0,
      authority: 'skyedge.example',
    })
    expect(loadConfig({}).dataFolder).toMatch(/^\/.*\.skyedge$/)
    expect(loadConfig({}).databaseUrl).toBeUndefined()
    expect(SETTINGS.map(({ name }) => name)).toContain('SKYEDGE_OBJECT_STORE')
  })

  it('are frozen, and take an empty variable for one that is not set', () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true)
    expect(loadConfig({ SKYEDGE_EDGES: '' }).edges).toBe(1)
  })

  it('are refused together, each in a sentence with its value', () => {
    expect(problemsOf({ SKYEDGE_EDGES: '0', SKYEDGE_ORIGIN_PORT: '80a', SKYEDGE_AUTHORITY: 'a b' })).toEqual([
      'SKYEDGE_ORIGIN_PORT is "80a", expected a whole number from 0 to 65535',
      'SKYEDGE_EDGES is "0", expected a whole number from 1 to 16',
      'SKYEDGE_AUTHORITY is "a b", expected a naming authority such as "skyedge.example"',
    ])
  })

  it('never repeat an address that may hold a password', () => {
    const [problem] = problemsOf({ SKYEDGE_DATABASE_URL: 'mysql://me:secret@host/db' })
    expect(problem).toContain('SKYEDGE_DATABASE_URL')
    expect(problem).not.toContain('secret')
  })

  it('take an object store with its keys by the usual names, and show the keys nowhere', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'hidden-secret' }
    const config = loadConfig({
      ...keys,
      SKYEDGE_OBJECT_STORE: 's3://packs/a/',
      AWS_ENDPOINT_URL: 'http://generic',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000/',
    })
    expect(config).toMatchObject({ objectStore: 's3://packs/a', aws: { endpoint: 'http://127.0.0.1:9000' } })
    expect(config.aws.credentials()).toEqual({ accessKeyId: 'AKIATEST', secretAccessKey: 'hidden-secret' })
    expect(`${JSON.stringify(config)} ${inspect(config)}`).not.toMatch(/AKIATEST|hidden-secret/)
    expect(loadConfig({ SKYEDGE_OBJECT_STORE: 'file:///srv/packs' }).objectStore).toBe('file:///srv/packs')
    expect(problemsOf({ SKYEDGE_OBJECT_STORE: 's3://packs/a' })).toEqual([
      'SKYEDGE_OBJECT_STORE needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    ])
    for (const address of ['s3://user:hidden@packs/a', 's3://packs/../b', 'http://packs', 'file://host/x', 'packs']) {
      const [problem] = problemsOf({ ...keys, SKYEDGE_OBJECT_STORE: address })
      expect(problem, address).toMatch(/^SKYEDGE_OBJECT_STORE is no /)
      expect(problem).not.toContain('hidden')
    }
    expect(problemsOf({ AWS_REGION: 'no region' })).toHaveLength(1)
  })

  it('take the address of a PostgreSQL database', () => {
    const databaseUrl = 'postgres://me:secret@host/db'
    expect(loadConfig({ SKYEDGE_DATABASE_URL: databaseUrl }).databaseUrl).toBe(databaseUrl)
  })

  it('refuse ports that meet', () => {
    expect(problemsOf({ SKYEDGE_EDGES: '4', SKYEDGE_EDGE_PORT: '8778' })).toHaveLength(2)
    expect(problemsOf({ SKYEDGE_ORIGIN_PORT: '0', SKYEDGE_EDGE_PORT: '0', SKYEDGE_AVAILABILITY_PORT: '0' })).toEqual([])
  })
})
