// Which process works in a folder, as a file in it says: a lock that a kill opens by itself.

import { readFileSync } from 'node:fs'

export interface Owner {
  readonly pid: number
  /** Tells a process from a later one of the same number. */
  readonly started: string
}

export const thisProcess = (): Owner => ({ pid: process.pid, started: startOf(process.pid) })

/** The process that said so still runs. */
export const isAlive = ({ pid, started }: Owner): boolean => runs(pid) && started === startOf(pid)

/** Some process of this number. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began, as Linux tells; elsewhere its number alone has to do. */
function startOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')[19]
  } catch {
    return ''
  }
}
