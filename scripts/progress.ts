// How far long work is: what every command shows in the same way.

import cliProgress from 'cli-progress'

/** A bar on a terminal, a line each tenth elsewhere; on stderr, so that `--json` stays alone on stdout. */
export function progressOn(label: string, quiet = false, unit = 'tiles'): (done: number, total: number) => void {
  if (quiet && !process.stderr.isTTY) return () => {}
  if (!process.stderr.isTTY) {
    let tenth = -1
    return (done, total) => {
      const now = Math.floor((10 * done) / total)
      if (now === tenth) return
      tenth = now
      console.error(`${label}: ${done} of ${total} ${unit}`)
    }
  }
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {value}/{total} ${unit} {eta_formatted}`,
    hideCursor: true,
  })
  let started = false
  return (done, total) => {
    if (!started) bar.start(total, done)
    started = true
    bar.update(done)
    if (done === total) bar.stop()
  }
}
