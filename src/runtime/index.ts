// What a runtime does faster than portable code, as one small argument: the portable form is here (pako and plain
// loops), Node's zlib and Buffer swaps are handed in by `origin/runtime.ts`.

export type { Runtime } from './runtime.ts'
export { portableRuntime } from './runtime.ts'
