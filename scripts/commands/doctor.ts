// `skyedge doctor`: looks at everything that a node needs, says of each how it stands, and ends with 1 when something
// fails.

import type { Command } from 'commander'
import { type Config, ConfigError, loadConfig } from '../../origin/config.ts'
import { type Check, fail, ok, warn } from '../../origin/doctor/check.ts'
import { checkData } from '../../origin/doctor/data.ts'
import { checkServices } from '../../origin/doctor/services.ts'
import { edgeSecret } from '../edge-secret.ts'

interface DoctorOptions {
  readonly json?: boolean
  readonly offline?: boolean
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description('check settings, data, catalogue, stores, edges, clocks and secrets; changes nothing')
    .option('--offline', 'only what lies on this machine and in its stores: nothing has to run')
    .option('--json', 'print the result as JSON')
    .action(async ({ json = false, offline = false }: DoctorOptions) => {
      const checks = await examine(offline)
      const failed = checks.filter(({ status }) => status === 'fail').length
      if (json) console.log(JSON.stringify({ ok: failed === 0, checks }))
      else {
        const width = Math.max(...checks.map(({ name }) => name.length))
        for (const { name, status, says } of checks) console.log(`${status.padEnd(4)}  ${name.padEnd(width)}  ${says}`)
      }
      if (failed > 0) process.exitCode = 1
    })
}

async function examine(offline: boolean): Promise<Check[]> {
  let config: Config
  try {
    config = loadConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map((problem) => fail('settings', problem))
  }
  const checks = [ok('settings', 'can all be used'), node(), ...(await checkData(config))]
  if (offline) return checks
  const secret = await edgeSecret([config.dataFolder]).catch(() => undefined)
  return [...checks, ...(await checkServices(config, secret))]
}

function node(): Check {
  const says = `Node ${process.versions.node}`
  return Number.parseInt(process.versions.node, 10) >= 24
    ? ok('runtime', says)
    : warn('runtime', `${says}, made for 24`)
}
