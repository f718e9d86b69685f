// The data centre's cache for an edge on plain workerd, which has a Cache API but nothing behind it: workerd turns
// `cache.put/match/delete` into PUT, GET and PURGE to this service. One file per entry in a folder: a head of fixed
// length, so that a hit is one ranged read that streams from disk without passing through JavaScript.
// The folder's size is bounded by the process that starts us (scripts/processes/bounded-folder.ts).

interface Env {
  /** workerd's disk service, writable. */
  readonly DISK: Fetcher
}

interface Head {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly size: number
}

const HEAD_BYTES = 4096
/** Heads of hot entries; about 1 kB each. */
const HEADS = 20_000
const heads = new Map<string, Head>()

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const file = await fileOf(request)
    if (request.method === 'PUT') return put(file, request, env)
    if (request.method === 'PURGE') return purge(file, env)
    if (request.method === 'GET') return (await match(file, env)) ?? MISS()
    return new Response(null, { status: 405 })
  },
} satisfies ExportedHandler<Env>

/** What workerd takes for "not in the cache". */
const MISS = () => new Response(null, { status: 504, headers: { 'cf-cache-status': 'MISS' } })

/** By the hash of the key and the cache's name: neither can name a path. */
async function fileOf({ url, headers }: Request): Promise<string> {
  const key = `${headers.get('cf-cache-namespace') ?? ''} ${url}`
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)))
  const name = Array.from(digest.subarray(0, 20), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `http://disk/${name.slice(0, 2)}/${name.slice(2)}`
}

async function match(file: string, env: Env): Promise<Response | undefined> {
  const head = heads.get(file) ?? (await readHead(file, env))
  if (!head) return undefined
  const headers = new Headers(head.headers as [string, string][])
  headers.set('cf-cache-status', 'HIT')
  if (head.size === 0) return new Response(null, { status: head.status, headers })
  const stored = await env.DISK.fetch(file, { headers: { range: `bytes=${HEAD_BYTES}-` } })
  if (stored.status !== 206) {
    heads.delete(file)
    await stored.body?.cancel()
    return undefined
  }
  remember(file, head)
  return new Response(stored.body, { status: head.status, headers })
}

async function readHead(file: string, env: Env): Promise<Head | undefined> {
  const stored = await env.DISK.fetch(file, { headers: { range: `bytes=0-${HEAD_BYTES - 1}` } })
  if (stored.status !== 206) {
    await stored.body?.cancel()
    return undefined
  }
  try {
    return JSON.parse(await stored.text()) as Head
  } catch {
    return undefined
  }
}

async function put(file: string, request: Request, env: Env): Promise<Response> {
  const answer = request.body && (await readAnswer(request.body))
  if (!answer) return new Response(null, { status: 400 })
  const { head, rest, reader } = answer
  const text = JSON.stringify(head)
  const bytes = new TextEncoder().encode(text)
  if (bytes.byteLength > HEAD_BYTES) {
    await reader.cancel()
    return new Response(null, { status: 413 })
  }
  // workerd renames the file into place when the whole body has come: a broken put leaves nothing behind.
  const { readable, writable } = new FixedLengthStream(HEAD_BYTES + head.size)
  const stored = env.DISK.fetch(file, { method: 'PUT', body: readable })
  const writer = writable.getWriter()
  try {
    const padded = new Uint8Array(HEAD_BYTES).fill(0x20)
    padded.set(bytes)
    await writer.write(padded)
    if (rest.byteLength > 0) await writer.write(rest)
    for (let next = await reader.read(); !next.done; next = await reader.read()) await writer.write(next.value)
    await writer.close()
  } catch (error) {
    await writer.abort(error).catch(() => undefined)
    await stored.catch(() => undefined)
    heads.delete(file)
    return new Response(null, { status: 500 })
  }
  const { ok } = await stored
  if (ok) remember(file, head)
  else heads.delete(file)
  return new Response(null, { status: ok ? 204 : 500 })
}

async function purge(file: string, env: Env): Promise<Response> {
  heads.delete(file)
  const gone = await env.DISK.fetch(file, { method: 'DELETE' })
  return new Response(null, { status: gone.ok ? 200 : 404 })
}

function remember(file: string, head: Head): void {
  heads.delete(file)
  heads.set(file, head)
  if (heads.size > HEADS) heads.delete(heads.keys().next().value as string)
}

interface Answer {
  readonly head: Head
  /** Body bytes that came with the head. */
  readonly rest: Uint8Array
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
}

const HEAD_END = '\r\n\r\n'

/** A PUT's body is the stored answer as HTTP/1.1 writes it: status line, headers, blank line, body. */
async function readAnswer(body: ReadableStream<Uint8Array>): Promise<Answer | undefined> {
  const reader = body.getReader()
  const latin1 = new TextDecoder('latin1')
  let bytes = new Uint8Array(0)
  let end = -1
  while (end < 0) {
    const { value, done } = await reader.read()
    if (done || bytes.byteLength > 4 * HEAD_BYTES) return undefined
    const more = new Uint8Array(bytes.byteLength + value.byteLength)
    more.set(bytes)
    more.set(value, bytes.byteLength)
    bytes = more
    end = latin1.decode(bytes.subarray(0, 8 * HEAD_BYTES)).indexOf(HEAD_END)
  }
  const [statusLine, ...lines] = latin1.decode(bytes.subarray(0, end)).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const size = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 'NaN')
  // Without a length it cannot be told from a torn one.
  if (!Number.isSafeInteger(size)) return undefined
  return { head: { status: Number(statusLine.split(' ')[1]), headers, size }, rest: bytes.subarray(end + 4), reader }
}
