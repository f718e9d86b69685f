// The embedded token issuer's key pair (ES256) and the secret that edges share with the origin. Both are made at
// first use below SKYEDGE_DATA, readable by their owner only; the first writer wins when two processes start at once.

import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'

export interface TokenKeys {
  /** Signs new tokens. */
  readonly kid: string
  readonly privateKey: CryptoKey
  /** Every public key whose tokens are still taken. */
  readonly jwks: { readonly keys: readonly JWK[] }
}

/** Writes a file that nobody had before: temporary name, then a link that fails where the name is taken. */
async function createOnce(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  await writeFile(temporary, text, { mode: 0o600, flag: 'wx' })
  try {
    await link(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(temporary)
  }
}

export async function loadTokenKeys(dataFolder: string): Promise<TokenKeys> {
  const folder = join(dataFolder, 'keys')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  if ((await keyFiles(folder)).length === 0) {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    await createOnce(join(folder, 'es256-1.json'), JSON.stringify(await exportJWK(privateKey)))
  }
  const privates: JWK[] = []
  for (const name of await keyFiles(folder)) {
    const jwk = JSON.parse(await readFile(join(folder, name), 'utf8')) as JWK
    privates.push({ ...jwk, kid: await calculateJwkThumbprint(jwk) })
  }
  // The newest signs, as names sort: es256-1, es256-2, …
  const newest = privates[privates.length - 1]
  const keys = privates.map(({ kty, crv, x, y, kid }) => ({ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }))
  return { kid: newest.kid!, privateKey: (await importJWK(newest, 'ES256')) as CryptoKey, jwks: { keys } }
}

const keyFiles = async (folder: string) =>
  (await readdir(folder))
    .filter((name) => /^es256-\d+\.json$/.test(name))
    .sort((a, b) => Number.parseInt(a.slice(6), 10) - Number.parseInt(b.slice(6), 10))

/** The shared secret of edges and origin. */
export async function loadEdgeSecret(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'secret')
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const read = async () => (await readFile(path, 'utf8')).trim()
  try {
    return await read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  await createOnce(path, `${randomBytes(32).toString('base64url')}\n`)
  return read()
}
