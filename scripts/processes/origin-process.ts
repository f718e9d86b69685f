// The origin as a child process. It writes straight into a log file below SKYEDGE_DATA, where we also read its word
// that it listens: no pipe of ours can break under it when we are killed.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Config } from '../../origin/config.ts'

export interface OriginProcess {
  readonly url: string
  readonly pids: readonly number[]
  stop(): Promise<void>
}

const MAIN = fileURLToPath(new URL('../../origin/main.ts', import.meta.url))
const START_MS = 30_000
const STOP_MS = 4_000

export async function startOriginProcess({ dataFolder }: Config): Promise<OriginProcess> {
  const file = join(dataFolder, 'origin.log')
  keepLast(file)
  const log = openSync(file, 'w', 0o600)
  const child = spawn(process.execPath, [MAIN], { stdio: ['ignore', log, log] })
  closeSync(log)
  const exited = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await exited
    clearTimeout(force)
  }
  for (const end = Date.now() + START_MS; Date.now() < end && child.exitCode === null; await pause(40)) {
    const url = /^ready origin=(\S+)/m.exec(readFileSync(file, 'utf8'))?.[1]
    if (url) return { url, pids: [child.pid as number], stop }
  }
  const complaint = readFileSync(file, 'utf8')
    .split('\n')
    .find((line) => line !== '' && !line.startsWith('{'))
  child.kill('SIGKILL')
  throw new Error(`the origin did not start: ${complaint ?? `see ${file}`}`)
}

/** The log of the start before this one, for whoever asks what went wrong. */
function keepLast(file: string): void {
  try {
    renameSync(file, `${file}.1`)
  } catch {
    // There was none.
  }
}
