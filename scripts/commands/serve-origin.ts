// `skyedge serve-origin`: the origin alone, until a signal ends it.

import type { Command } from 'commander'

export function register(program: Command): void {
  program
    .command('serve-origin')
    .description('run the origin alone; its settings are in the environment')
    .action(async () => {
      // It listens when it is loaded, and stops by itself.
      await import('../../origin/main.ts')
    })
}
