// obs_regime: the word for a band's wavelengths, metres (HiPS 1.0, table 5; limits of the IVOA messenger vocabulary).

export const REGIMES = ['Radio', 'Millimeter', 'Infrared', 'Optical', 'UV', 'EUV', 'X-ray', 'Gamma-ray'] as const
export type Regime = (typeof REGIMES)[number]

/** Upper limit of each regime, from the shortest waves. */
const UP_TO: readonly [number, Regime][] = [
  [0.012e-9, 'Gamma-ray'],
  [12e-9, 'X-ray'],
  [100e-9, 'EUV'],
  [300e-9, 'UV'],
  [1e-6, 'Optical'],
  [100e-6, 'Infrared'],
  [10e-3, 'Millimeter'],
  [Number.POSITIVE_INFINITY, 'Radio'],
]

/** One word, as the validators want: the regime of the middle of the range. */
export function obsRegime(emMinM: number, emMaxM: number): Regime | undefined {
  const middle = (emMinM + emMaxM) / 2
  return middle > 0 ? UP_TO.find(([limit]) => middle <= limit)?.[1] : undefined
}
