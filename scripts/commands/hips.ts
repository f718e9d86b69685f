// `skyedge hips`: everything about the maps of this node.

import type { Command } from 'commander'
import { addBuild } from '../maps/build.ts'
import { addImport } from '../maps/import.ts'
import { addList } from '../maps/list.ts'
import { addPacking } from '../maps/pack.ts'
import { addPublish } from '../maps/publish.ts'

export function register(program: Command): void {
  const hips = program.command('hips').description('HiPS maps of this node')
  addBuild(hips)
  addList(hips)
  addImport(hips)
  addPacking(hips)
  addPublish(hips)
}
