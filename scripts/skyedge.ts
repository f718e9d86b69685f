#!/usr/bin/env node
// The operator's command. Each file of `commands/` is one command and exports `register(program)`.
// Exit status: 0 done, 1 failed, 2 wrong usage.

import { readdirSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { ConfigError } from '../origin/config.ts'
import { UsageError } from './usage.ts'

interface CommandFile {
  register(program: Command): void
}

const FOLDER = new URL('./commands/', import.meta.url)

/** name -> file: `ingest` -> `ingest.ts` (`ingest.js` in a package). */
function commandFiles(): Map<string, string> {
  const files = readdirSync(FOLDER).filter((file) => /^[a-z-]+\.[jt]s$/.test(file))
  return new Map(files.sort().map((file) => [file.slice(0, -3), file]))
}

/** Nearest package.json upwards: the checkout's, or the package's. */
function version(): string {
  for (const up of ['../', '../../']) {
    try {
      return JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8')).version
    } catch {}
  }
  return 'unknown'
}

async function build(args: readonly string[]): Promise<Command> {
  const program = new Command('skyedge')
    .description('Skyedge: sky surveys through the edge. Settings come from the environment (SKYEDGE_DATA, …).')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(--help says what can be asked)')
  const files = commandFiles()
  // Only what was asked for is loaded: the whole lot takes a second to import.
  const asked = files.get(args[0] ?? '')
  for (const file of asked === undefined ? files.values() : [asked]) {
    const command: CommandFile = await import(new URL(file, FOLDER).href)
    command.register(program)
  }
  for (const command of everyCommand(program)) command.exitOverride()
  return program
}

function* everyCommand(parent: Command): Generator<Command> {
  for (const command of parent.commands) {
    yield command
    yield* everyCommand(command)
  }
}

/** Runs one command line; the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const program = await build(args)
    await program.parseAsync([...args], { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    // Commander has already said what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const message = error instanceof Error ? error.message : String(error)
    for (const line of message.split('\n')) process.stderr.write(`skyedge: ${line}\n`)
    if (process.env.SKYEDGE_DEBUG === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    return error instanceof ConfigError || error instanceof UsageError ? 2 : 1
  }
}

// A pipe that closed early (`skyedge … | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1)
})
process.exitCode = await run(process.argv.slice(2))
