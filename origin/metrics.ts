// Plain counters in the Prometheus text format: names and labels are ours and few, so a map is enough.

export interface Metrics {
  /** Adds to a counter; `labels` as `{route="soda",status="200"}` pairs. */
  add(name: string, labels?: Readonly<Record<string, string | number>>, value?: number): void
  /** Sets a gauge. */
  set(name: string, value: number): void
  text(): string
}

const HELP: Readonly<Record<string, [type: 'counter' | 'gauge', help: string]>> = {
  skyedge_requests_total: ['counter', 'Answers by route and status'],
  skyedge_request_seconds_total: ['counter', 'Seconds until the headers of an answer, summed by route'],
  skyedge_cutouts_total: ['counter', 'Cutouts by format and outcome'],
  skyedge_cutout_bytes_total: ['counter', 'Bytes of cutouts sent'],
  skyedge_resident_bytes: ['gauge', 'Resident memory of this process'],
  skyedge_up_seconds: ['gauge', 'Seconds since this process began to serve'],
}

/** A runaway label must not eat the memory. */
const MAX_SERIES = 2000

export function createMetrics(): Metrics {
  const series = new Map<string, Map<string, number>>()
  const put = (name: string, label: string, change: (old: number) => number) => {
    const values = series.get(name) ?? new Map<string, number>()
    series.set(name, values)
    if (values.has(label) || values.size < MAX_SERIES) values.set(label, change(values.get(label) ?? 0))
  }
  return {
    add(name, labels = {}, value = 1) {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}="${String(text).replace(/[\\"\n]/g, '_')}"`)
      put(name, pairs.length > 0 ? `{${pairs.join(',')}}` : '', (old) => old + value)
    },
    set: (name, value) => put(name, '', () => value),
    text() {
      const lines: string[] = []
      for (const [name, values] of [...series].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const [type, help] = HELP[name] ?? ['counter', name]
        lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
        for (const [label, value] of values) lines.push(`${name}${label} ${value}`)
      }
      return `${lines.join('\n')}\n`
    },
  }
}
