// The configuration of an edge on plain workerd: the edge worker, its cache service over a folder, the network.
// Settings are written into the file (mode 600: the secret is among them).

import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from './worker-bundle.ts'

export interface EdgeConfig {
  /** `127.0.0.1:8787` */
  readonly address: string
  /** Names of the module files beside the configuration. */
  readonly modules: { readonly edge: string; readonly colo: string }
  /** Absolute folder of the cache service. */
  readonly cacheFolder: string
  /** Text bindings of the edge worker. */
  readonly bindings: Readonly<Record<string, string>>
}

const text = (value: string) => JSON.stringify(value)

const worker = (module: string, rest: string) => `(
  modules = [(name = ${text(module)}, esModule = embed ${text(module)})],
  compatibilityDate = ${text(COMPATIBILITY_DATE)},
  compatibilityFlags = [${COMPATIBILITY_FLAGS.map(text).join(', ')}],
${rest})`

export function workerdConfig({ address, modules, cacheFolder, bindings }: EdgeConfig): string {
  const texts = Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`)
  const edge = worker(
    modules.edge,
    `  bindings = [${texts.join(', ')}],
  cacheApiOutbound = "colo",
  globalOutbound = "network",
`,
  )
  const colo = worker(modules.colo, `  bindings = [(name = "DISK", service = "disk")],\n`)
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edge", worker = .edge),
    (name = "colo", worker = .colo),
    (name = "disk", disk = (path = ${text(cacheFolder)}, writable = true)),
    (name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = ${text(address)}, http = (), service = "edge")],
);

const edge :Workerd.Worker = ${edge};

const colo :Workerd.Worker = ${colo};
`
}
