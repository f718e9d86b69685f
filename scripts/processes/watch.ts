// What must not outlive us. workerd does not notice that its parent was killed, so a tiny shell in a session of its
// own holds our pipe: when the pipe closes, however we ended, it stops whatever was last named.

import { type ChildProcess, spawn } from 'node:child_process'

/** Reads lines of process ids, keeps the last one; at the end of its input TERM, after two seconds KILL. */
const SCRIPT = `
trap '' INT TERM HUP
pids=
while read -r line; do pids="$line"; done
[ -z "$pids" ] && exit 0
kill -TERM $pids 2>/dev/null
for wait in 1 2 3 4 5 6 7 8 9 10; do
  left=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && left=1; done
  [ -z "$left" ] && exit 0
  sleep 0.2
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
`

export class Watch {
  readonly #shell: ChildProcess
  readonly #pids = new Set<number>()

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    this.#shell.stdin?.on('error', () => undefined)
    this.#shell.unref()
  }

  add(pid: number | undefined): void {
    if (pid === undefined) return
    this.#pids.add(pid)
    this.#tell()
  }

  remove(pid: number | undefined): void {
    if (pid !== undefined && this.#pids.delete(pid)) this.#tell()
  }

  #tell(): void {
    this.#shell.stdin?.write(`${[...this.#pids].join(' ')}\n`)
  }

  /** Everything has stopped by itself: the watch ends too. */
  dismiss(): void {
    this.#pids.clear()
    this.#shell.stdin?.end('\n')
  }
}
