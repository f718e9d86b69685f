// A program run beside a server that runs in this process: spawnSync would keep it from answering.

import { spawn } from 'node:child_process'

/** `output`: what it said on both streams. */
export function run(program: string, args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args)
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (status) => resolve({ status, output }))
  })
}
