// Conversion between units as VOUnits writes them (VOUnits 1.1 §2): products, quotients and powers of known symbols with SI
// prefixes and powers of ten. Factors are kept as numerator and denominator, so that deg -> arcsec is exactly 3600.

interface Unit {
  readonly numerator: number
  readonly denominator: number
  /** Powers of the base symbols. */
  readonly powers: ReadonlyMap<string, number>
}

const base = (name: string, numerator = 1, denominator = 1): Unit => ({
  numerator,
  denominator,
  powers: new Map([[name, 1]]),
})

function derived(numerator: number, powers: Record<string, number>, denominator = 1): Unit {
  return { numerator, denominator, powers: new Map(Object.entries(powers)) }
}

const ENERGY = { g: 1, m: 2, s: -2 }

/** Symbols that take prefixes. Angles count in degrees, mass in grams. */
const PREFIXED: Readonly<Record<string, Unit>> = {
  m: base('m'),
  g: base('g'),
  s: base('s'),
  A: base('A'),
  K: base('K'),
  mol: base('mol'),
  cd: base('cd'),
  rad: base('deg', 180, Math.PI),
  sr: derived(180 * 180, { deg: 2 }, Math.PI * Math.PI),
  arcsec: base('deg', 1, 3600),
  as: base('deg', 1, 3600),
  Hz: derived(1, { s: -1 }),
  J: derived(1000, ENERGY),
  W: derived(1000, { g: 1, m: 2, s: -3 }),
  N: derived(1000, { g: 1, m: 1, s: -2 }),
  Pa: derived(1000, { g: 1, m: -1, s: -2 }),
  V: derived(1000, { g: 1, m: 2, s: -3, A: -1 }),
  T: derived(1000, { g: 1, s: -2, A: -1 }),
  eV: derived(1.602176634e-16, ENERGY),
  erg: derived(1, ENERGY, 10_000),
  Jy: derived(1, { g: 1, s: -2 }, 1e23),
  pc: base('m', 3.085677581491367e16),
  G: derived(1, { g: 1, s: -2, A: -1 }, 10),
  a: base('s', 31_557_600),
  yr: base('s', 31_557_600),
  mag: base('mag'),
  adu: base('adu'),
  byte: base('bit', 8),
  bit: base('bit'),
}

const PLAIN: Readonly<Record<string, Unit>> = {
  deg: base('deg'),
  arcmin: base('deg', 1, 60),
  min: base('s', 60),
  h: base('s', 3600),
  d: base('s', 86_400),
  AU: base('m', 149_597_870_700),
  au: base('m', 149_597_870_700),
  lyr: base('m', 9.4607304725808e15),
  Angstrom: base('m', 1, 1e10),
  angstrom: base('m', 1, 1e10),
  barn: derived(1, { m: 2 }, 1e28),
  u: base('g', 1.6605390666e-24),
  solMass: base('g', 1.98841e33),
  solRad: base('m', 6.957e8),
  solLum: derived(3.828e29, { g: 1, m: 2, s: -3 }),
  pix: base('pix'),
  pixel: base('pix'),
  ct: base('ct'),
  count: base('ct'),
  ph: base('ph'),
  photon: base('ph'),
  bin: base('bin'),
  beam: base('beam'),
}

const PREFIXES: Readonly<Record<string, readonly [numerator: number, denominator: number]>> = {
  y: [1, 1e24],
  z: [1, 1e21],
  a: [1, 1e18],
  f: [1, 1e15],
  p: [1, 1e12],
  n: [1, 1e9],
  u: [1, 1e6],
  m: [1, 1000],
  c: [1, 100],
  d: [1, 10],
  da: [10, 1],
  h: [100, 1],
  k: [1000, 1],
  M: [1e6, 1],
  G: [1e9, 1],
  T: [1e12, 1],
  P: [1e15, 1],
  E: [1e18, 1],
  Z: [1e21, 1],
  Y: [1e24, 1],
}

function symbol(text: string): Unit | undefined {
  const plain = Object.hasOwn(PLAIN, text) ? PLAIN[text] : Object.hasOwn(PREFIXED, text) ? PREFIXED[text] : undefined
  if (plain) return plain
  for (const length of [1, 2]) {
    const prefix = text.slice(0, length)
    const rest = text.slice(length)
    if (!Object.hasOwn(PREFIXES, prefix) || !Object.hasOwn(PREFIXED, rest)) continue
    const [up, down] = PREFIXES[prefix]
    const { numerator, denominator, powers } = PREFIXED[rest]
    return { numerator: numerator * up, denominator: denominator * down, powers }
  }
  return undefined
}

/** Undefined for what is no unit that we know; no symbols at all is `''`, the unit of plain numbers. */
export function parseUnit(text: string): Unit | undefined {
  if (text.length > 100) return undefined
  const powers = new Map<string, number>()
  let numerator = 1
  let denominator = 1
  let rest = text.trim()
  let sign = 1
  const scale = /^10(?:(?:\*\*|\^)([+-]?\d{1,3})|(?=[.*/]|$))/.exec(rest)
  if (scale) {
    numerator = 10 ** Number(scale[1] ?? 1)
    rest = rest.slice(scale[0].length).replace(/^\s*[.*\s]\s*/, '')
  }
  while (rest !== '') {
    const found = /^([a-zA-Z]+)(?:(?:\*\*|\^)(?:\(?([+-]?\d{1,2})\)?)|([+-]?\d{1,2}))?/.exec(rest)
    const unit = found ? symbol(found[1]) : undefined
    if (!found || !unit) return undefined
    const power = sign * Number(found[2] ?? found[3] ?? 1)
    for (let i = 0; i < Math.abs(power); i++) {
      if (power > 0) {
        numerator *= unit.numerator
        denominator *= unit.denominator
      } else {
        numerator *= unit.denominator
        denominator *= unit.numerator
      }
    }
    for (const [name, own] of unit.powers) powers.set(name, (powers.get(name) ?? 0) + own * power)
    rest = rest.slice(found[0].length)
    const separator = /^\s*(\/|\.|\*|\s)\s*/.exec(rest)
    if (!separator) {
      if (rest !== '') return undefined
      break
    }
    // Only the symbol after the solidus is divided by (VOUnits 1.1 §2.10 allows one solidus).
    sign = separator[1] === '/' ? -1 : 1
    rest = rest.slice(separator[0].length)
    if (rest === '') return undefined
  }
  for (const [name, power] of powers) if (power === 0) powers.delete(name)
  return { numerator, denominator, powers }
}

/** By what a value in `from` is multiplied to be one in `to`: multiply by the first, divide by the second. */
export function conversion(from: Unit, to: Unit): readonly [multiply: number, divide: number] | undefined {
  if (from.powers.size !== to.powers.size) return undefined
  for (const [name, power] of from.powers) if (to.powers.get(name) !== power) return undefined
  const up = from.numerator * to.denominator
  const down = from.denominator * to.numerator
  return Number.isInteger(up / down) ? [up / down, 1] : Number.isInteger(down / up) ? [1, down / up] : [up / down, 1]
}
