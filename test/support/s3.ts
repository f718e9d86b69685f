// A real S3 server for tests: moto, on a free port of the loopback, ended with its test. It checks signatures, as the
// real ones do: a user is made first, and from then on only that user's requests are answered.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { AwsClient } from 'aws4fetch'
import type { AwsSettings, S3Credentials } from '../../origin/storage/s3-address.ts'
import { type Optional, optional } from './optional.ts'

const MOTO = resolve(import.meta.dirname, '../../.oracles/bin/moto_server')
export const moto = (): Optional =>
  optional(
    existsSync(MOTO),
    'needs moto_server in .oracles (python3 -m venv .oracles; .oracles/bin/pip install -r test/reference/requirements.txt)',
  )

export interface S3Server {
  readonly url: string
  readonly credentials: S3Credentials
  readonly aws: AwsSettings
  /** As the environment of a process gives them. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

const REGION = 'us-east-1'
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
})

/** With one empty bucket of each name. */
export async function startS3(...buckets: readonly string[]): Promise<S3Server> {
  const { url, stop } = await spawnMoto()
  try {
    const first = { accessKeyId: 'first', secretAccessKey: 'first' }
    await ask(url, first, 'iam', { Action: 'CreateUser', UserName: 'tester' })
    await ask(url, first, 'iam', {
      Action: 'PutUserPolicy',
      UserName: 'tester',
      PolicyName: 'all',
      PolicyDocument: POLICY,
    })
    const made = await ask(url, first, 'iam', { Action: 'CreateAccessKey', UserName: 'tester' })
    const word = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(made)?.[1] ?? ''
    const credentials = { accessKeyId: word('AccessKeyId'), secretAccessKey: word('SecretAccessKey') }
    await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: '0' })
    for (const bucket of buckets) {
      const client = new AwsClient({ ...credentials, service: 's3', region: REGION })
      const response = await client.fetch(`${url}/${bucket}`, { method: 'PUT' })
      if (!response.ok) throw new Error(`the bucket ${bucket} was not made: ${response.status}`)
    }
    return {
      url,
      credentials,
      aws: { endpoint: url, region: REGION, credentials: () => credentials },
      env: {
        AWS_ENDPOINT_URL_S3: url,
        AWS_REGION: REGION,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function ask(url: string, credentials: S3Credentials, service: string, form: Record<string, string>) {
  const client = new AwsClient({ ...credentials, service, region: REGION })
  const body = new URLSearchParams({ ...form, Version: '2010-05-08' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await client.fetch(url, { method: 'POST', body, headers })
  const text = await response.text()
  if (!response.ok) throw new Error(`${form.Action} failed: ${response.status} ${text.slice(0, 300)}`)
  return text
}

async function spawnMoto(): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = spawn(MOTO, ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: '3', PYTHONUNBUFFERED: '1' },
  })
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const kill = () => server.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    kill()
    await gone
    process.off('exit', kill)
  }
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`moto_server did not start: ${said.slice(-500)}`)), 60_000)
    server.stderr.on('data', (piece: Buffer) => {
      // Its log of requests is read too, so that the pipe does not fill up.
      if (said.length < 10_000) said += piece
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
      if (!found) return
      clearTimeout(late)
      resolve(found)
    })
    void gone.then(() => reject(new Error(`moto_server ended: ${said.slice(-500)}`)))
  }).catch(async (error) => {
    await stop()
    throw error
  })
  return { url, stop }
}
