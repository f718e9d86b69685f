// Another node for tests: a real HTTP server over files in memory, which counts what it is asked and can misbehave.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { startTestOrigin, type TestOrigin } from './origin.ts'
import { type Files, MADE_MS, othersMapWithMoc } from './others-map.ts'

export interface OtherNode {
  readonly url: string
  /** `GET /Norder3/Dir0/Npix12.png` */
  readonly asked: string[]
  files: Files
  /** Of every file, or of single ones. */
  modifiedMs: number
  readonly dates: Map<string, number>
  /** Answers instead of it where it returns true. */
  misbehave?: (path: string, request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
  delayMs: number
  forget(): void
  stop(): Promise<void>
}

export async function startOtherNode(files: Files): Promise<OtherNode> {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').slice(1)
    node.asked.push(`${request.method} /${path}`)
    if (node.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, node.delayMs))
    if (await node.misbehave?.(path, request, response)) return
    const bytes = node.files.get(path)
    if (!bytes) {
      response.writeHead(404).end('none')
      return
    }
    const date = new Date(node.dates.get(path) ?? node.modifiedMs).toUTCString()
    const same = request.headers['if-modified-since'] === date
    if (same) {
      response.writeHead(304, { 'last-modified': date }).end()
      return
    }
    response.writeHead(200, { 'content-length': bytes.length, 'last-modified': date })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const node: OtherNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    files,
    modifiedMs: MADE_MS,
    dates: new Map(),
    delayMs: 0,
    forget: () => void node.asked.splice(0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return node
}

/** In a test file: an origin of ours for all its tests, and for each of them another node with a map. */
export function besideAnotherNode(): { here: TestOrigin; node: OtherNode } {
  const both = {} as { here: TestOrigin; node: OtherNode }
  beforeAll(async () => {
    both.here = await startTestOrigin()
  })
  afterAll(() => both.here?.end())
  beforeEach(async () => {
    both.node = await startOtherNode(othersMapWithMoc())
  })
  afterEach(() => both.node.stop())
  return both
}
