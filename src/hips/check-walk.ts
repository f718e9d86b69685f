// The check codes of maps too large to list: tiles come in the order of their indices, and only a code for each `Dir` is
// kept. Hipsgen's order is that of names as text, but codes of parts can be joined: c(ab) = c(a) 31^|b| + c(b).

interface Part {
  /** Before the count is added, modulo 2^32. */
  readonly sum: number
  readonly count: number
}

interface Open {
  readonly dir: number
  readonly tiles: { readonly npix: number; readonly length: number }[]
}

const DIR = 10_000
const NOTHING: Part = { sum: 0, count: 0 }

const textually = (a: number, b: number) => (`${a}` < `${b}` ? -1 : 1)

/** 31^n modulo 2^32. */
function power(n: number): number {
  let result = 1
  for (let base = 31, rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, base)
    base = Math.imul(base, base)
  }
  return result
}

const join = (a: Part, b: Part): Part => ({
  sum: (Math.imul(a.sum, power(b.count)) + b.sum) | 0,
  count: a.count + b.count,
})
const one = (length: number): Part => ({ sum: (length ^ Math.floor(length / 4294967296)) | 0, count: 1 })

/** Of one format. Within an order, indices ascend; orders may come mixed. */
export class CheckWalk {
  readonly #open = new Map<number, Open>()
  readonly #dirs = new Map<number, Map<number, Part>>()
  readonly #allsky = new Map<number, Part>()
  bytes = 0
  tiles = 0

  add(order: number, npix: number, length: number): void {
    const dir = Math.floor(npix / DIR) * DIR
    let open = this.#open.get(order)
    if (open?.dir !== dir) {
      this.#close(order)
      open = { dir, tiles: [] }
      this.#open.set(order, open)
    }
    open.tiles.push({ npix, length })
    this.#count(length)
  }

  addAllsky(order: number, length: number): void {
    this.#allsky.set(order, one(length))
    this.#count(length)
  }

  /** What hips_check_code says of this format; nothing may be added afterwards. */
  code(): number {
    const orders = [...new Set([...this.#open.keys(), ...this.#allsky.keys()])].sort(textually)
    let whole = NOTHING
    for (const order of orders) {
      this.#close(order)
      whole = join(whole, this.#allsky.get(order) ?? NOTHING)
      const dirs = this.#dirs.get(order) ?? new Map<number, Part>()
      for (const dir of [...dirs.keys()].sort(textually)) whole = join(whole, dirs.get(dir) as Part)
    }
    return (Math.imul(whole.sum, 31) + whole.count) >>> 0
  }

  #count(length: number): void {
    this.bytes += length
    this.tiles++
  }

  #close(order: number): void {
    const open = this.#open.get(order)
    if (!open || open.tiles.length === 0) return
    const dirs = this.#dirs.get(order) ?? new Map<number, Part>()
    const parts = open.tiles.sort((a, b) => compareNames(a.npix, b.npix)).map(({ length }) => one(length))
    dirs.set(open.dir, parts.reduce(join, NOTHING))
    this.#dirs.set(order, dirs)
    open.tiles.length = 0
  }
}

/** `Npix1.png` before `Npix10.png`: the dot comes before the digits. */
const compareNames = (a: number, b: number) => (`${a}.` < `${b}.` ? -1 : 1)
