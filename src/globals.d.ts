// The few globals that every runtime we run in has (browser, workerd, Node) and that `src` may use.
// There is no clock, network, disk or console here on purpose: what is not declared does not type-check.

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, into: Uint8Array): { read: number; written: number }
}
declare class TextDecoder {
  constructor(label?: 'utf-8' | 'latin1' | 'ascii', options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}
declare class URLSearchParams {
  constructor(init?: string | Record<string, string> | [string, string][])
  append(name: string, value: string): void
  get(name: string): string | null
  getAll(name: string): string[]
  set(name: string, value: string): void
  toString(): string
  [Symbol.iterator](): IterableIterator<[string, string]>
}
declare class URL {
  constructor(url: string, base?: string)
  href: string
  host: string
  pathname: string
  search: string
  readonly searchParams: URLSearchParams
  toString(): string
}
/** Only what cancels a read: `fits` and `storage` pass it through. */
interface AbortSignal {
  readonly aborted: boolean
  throwIfAborted(): void
}
declare function atob(text: string): string
declare function btoa(text: string): string
