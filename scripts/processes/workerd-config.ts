// The configuration of an edge on plain workerd: the edge worker, the folder of its data centre's cache, where there is
// one its region's, and the network. Settings are written into the file (mode 600: the secret is among them).

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from './worker-bundle.ts'

export interface EdgeConfig {
  /** `127.0.0.1:8787` */
  readonly address: string
  /** Names of the module files beside the configuration. */
  readonly modules: { readonly edge: string; readonly region: string }
  /** Absolute folder of the data centre's cache. */
  readonly cacheFolder: string
  /** The region's cache: a folder of this machine, or `host:port` of a region's service. */
  readonly region?: { readonly folder: string; readonly listen?: string } | { readonly address: string }
  /** Isolates of the edge worker that share flights; each has a socket of its own. Default 1. For tests. */
  readonly isolates?: number
  /** Text bindings of the edge worker. */
  readonly bindings: Readonly<Record<string, string>>
}

const text = (value: string) => JSON.stringify(value)

const worker = (module: string, rest: string) => `(
  modules = [(name = ${text(module)}, esModule = embed ${text(module)})],
  compatibilityDate = ${text(COMPATIBILITY_DATE)},
  compatibilityFlags = [${COMPATIBILITY_FLAGS.map(text).join(', ')}],
${rest})`

const disk = (name: string, folder: string) =>
  `(name = ${text(name)}, disk = (path = ${text(folder)}, writable = true))`

/** A worker alone: no caches, the network, text bindings. */
export function lonelyConfig(address: string, module: string, bindings: Readonly<Record<string, string>>): string {
  const texts = Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`)
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .lonely),
    (name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = ${text(address)}, http = (), service = "worker")],
);

const lonely :Workerd.Worker = ${worker(module, `  bindings = [${texts.join(', ')}],\n  globalOutbound = "network",\n`)};
`
}

export function workerdConfig({ address, modules, cacheFolder, region, isolates = 1, bindings }: EdgeConfig): string {
  const names = Array.from({ length: isolates }, (_, i) => `edge${i === 0 ? '' : i}`)
  const shares = isolates > 1
  const texts = Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`)
  const bound = [...texts, '(name = "COLO_DISK", service = "disk")']
  if (region) bound.push('(name = "REGION_STORE", service = "region")')
  if (shares) bound.push('(name = "FLIGHTS", durableObjectNamespace = (className = "Flights", serviceName = "edge"))')
  const flights = `  durableObjectNamespaces = [(className = "Flights", uniqueKey = "flights")],
  durableObjectStorage = (inMemory = void),
`
  const edges = names.map((name, i) => {
    const settings = `  bindings = [${bound.join(', ')}],\n  globalOutbound = "network",\n`
    return `const ${name} :Workerd.Worker = ${worker(modules.edge, settings + (shares && i === 0 ? flights : ''))};\n`
  })
  const services = [
    ...names.map((name) => `(name = "${name}", worker = .${name})`),
    disk('disk', cacheFolder),
    '(name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))',
  ]
  const sockets = names.map((name, i) => {
    const at = i === 0 ? address : address.replace(/:\d+$/, ':0')
    return `(name = ${text(i === 0 ? 'http' : name)}, address = ${text(at)}, http = (), service = "${name}")`
  })
  const others: string[] = []
  if (region && 'address' in region)
    services.push(`(name = "region", external = (address = ${text(region.address)}, http = ()))`)
  else if (region) {
    services.push(disk('region', region.folder))
    if (region.listen) {
      const secret = `(name = "EDGE_SECRET", text = ${text(bindings.EDGE_SECRET)})`
      services.push('(name = "door", worker = .door)')
      sockets.push(`(name = "region", address = ${text(region.listen)}, http = (), service = "door")`)
      const guarded = `  bindings = [(name = "DISK", service = "region"), ${secret}],\n`
      others.push(`const door :Workerd.Worker = ${worker(modules.region, guarded)};\n`)
    }
  }
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    ${services.join(',\n    ')},
  ],
  sockets = [
    ${sockets.join(',\n    ')},
  ],
);

${[...edges, ...others].join('\n')}`
}
