// `skyedge token issue`: a token of the embedded issuer, signed by the key below SKYEDGE_DATA/keys.

import { type Command, InvalidArgumentError, Option } from 'commander'
import { READ_IMAGE } from '#src/rights'
import { loadConfig } from '../../origin/config.ts'
import { loadTokenKeys } from '../../origin/identity/keys.ts'
import { issueToken } from '../../origin/identity/token.ts'

interface IssueOptions {
  readonly user: string
  readonly groups: string[]
  readonly dataRights: string[]
  readonly scope: string[]
  readonly ttl: number
  readonly json?: boolean
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const MAX_TTL_S = 366 * 86_400

/** `90s`, `15m`, `1h`, `30d` -> seconds. */
function parseTtl(text: string): number {
  const match = /^(\d{1,9})([smhd])$/.exec(text)
  const seconds = match ? Number(match[1]) * UNIT_S[match[2]] : 0
  if (seconds < 1 || seconds > MAX_TTL_S)
    throw new InvalidArgumentError(`expected a time such as 15m, 1h or 30d, up to a year, got "${text}"`)
  return seconds
}

/** `a,b` or `a b`; each a plain word, so that it can stand in a space-separated claim. */
function parseWords(text: string): string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '')
  const bad = words.find((word) => !/^[\w.:/@+-]{1,128}$/.test(word))
  if (bad !== undefined) throw new InvalidArgumentError(`expected words separated by commas, got "${bad}"`)
  return words
}

function parseUser(text: string): string {
  if (!/^[\w.@+-]{1,128}$/.test(text)) throw new InvalidArgumentError(`expected a user name, got "${text}"`)
  return text
}

const words = (flags: string, description: string, fallback: readonly string[]) =>
  new Option(flags, description).argParser(parseWords).default(fallback, fallback.join(',') || 'none')

export function register(program: Command): void {
  const token = program.command('token').description('tokens of the embedded issuer')
  token
    .command('issue')
    .description('make a token and print it')
    .requiredOption('--user <name>', 'whose token it is (claim sub)', parseUser)
    .addOption(words('--groups <a,b>', 'groups of the user', []))
    .addOption(words('--data-rights <dr1,dr2>', 'releases whose proprietary data the user may see', []))
    .addOption(words('--scope <s,…>', 'scopes of the token', [READ_IMAGE, 'read:tap']))
    .addOption(
      new Option('--ttl <time>', 'how long it lives, e.g. 15m, 1h, 30d').argParser(parseTtl).default(3600, '1h'),
    )
    .option('--json', 'print {"token", "expires"} instead of the bare token')
    .action(async ({ user, groups, dataRights, scope, ttl, json }: IssueOptions) => {
      const config = loadConfig()
      const keys = await loadTokenKeys(config.dataFolder)
      const request = { user, scopes: scope, groups, dataRights, ttlS: ttl }
      const issued = await issueToken(keys, request, { authority: config.authority, nowMs: Date.now() })
      const expires = new Date(issued.expiresAtMs).toISOString()
      console.log(json ? JSON.stringify({ token: issued.token, expires }) : issued.token)
    })
}
