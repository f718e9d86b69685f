import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lintProperties } from '#src/hips'
import { shared, skyData } from '../../support/optional.ts'

const SOUND: Record<string, string> = {
  creator_did: 'ivo://skyedge.example/dr1?hips/demo/dr1/r',
  obs_title: 'Demo r',
  obs_description: 'A simulated field',
  prov_progenitor: 'demo.coadd',
  obs_regime: 'Optical',
  em_min: '5.5e-7',
  em_max: '6.9e-7',
  t_min: '60000',
  t_max: '60100.5',
  dataproduct_type: 'image',
  hips_version: '1.4',
  hips_release_date: '2026-11-22T16:14Z',
  hips_creation_date: '2026-11-22T16:14Z',
  hips_frame: 'equatorial',
  hips_order: '8',
  hips_order_min: '0',
  hips_tile_width: '512',
  hips_status: 'public master clonableOnce',
  hips_tile_format: 'png fits',
  hips_pixel_cut: '0 100',
  hips_initial_ra: '30.1',
  hips_initial_dec: '-5',
  hips_initial_fov: '0.4',
  moc_sky_fraction: '1.2e-5',
}
const written = (changes: Record<string, string | undefined> = {}) =>
  Object.entries({ ...SOUND, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')

describe('the lint of properties', () => {
  it('finds nothing in a sound file', () => {
    expect(lintProperties(written())).toEqual([])
  })

  it('finds each fault by its key and weight', () => {
    const faults: [Record<string, string | undefined>, 'error' | 'warning', string][] = [
      [{ obs_title: undefined }, 'error', 'obs_title'],
      [{ t_min: undefined }, 'warning', 't_min'],
      [{ creator_did: 'CDS/P/x' }, 'error', 'creator_did'],
      [{ hips_release_date: '22/11/2026' }, 'error', 'hips_release_date'],
      [{ hips_release_date: '2026-13-01T00:00Z' }, 'error', 'hips_release_date'],
      [{ hips_status: 'public, master' }, 'error', 'hips_status'],
      [{ hips_status: 'public private master' }, 'error', 'hips_status'],
      [{ hips_tile_format: 'png,fits' }, 'error', 'hips_tile_format'],
      [{ hips_pixel_cut: '0' }, 'error', 'hips_pixel_cut'],
      [{ hips_order: '8.5' }, 'error', 'hips_order'],
      [{ hips_order_min: '9' }, 'error', 'hips_order_min'],
      [{ hips_tile_width: '500' }, 'error', 'hips_tile_width'],
      [{ hips_version: '1.5' }, 'warning', 'hips_version'],
      [{ hips_version: 'x' }, 'error', 'hips_version'],
      [{ obs_regime: 'Optical Infrared' }, 'warning', 'obs_regime'],
      [{ em_min: 'blue' }, 'error', 'em_min'],
      [{ moc_sky_fraction: '1.2' }, 'error', 'moc_sky_fraction'],
      [{ hips_service_url: 'here' }, 'error', 'hips_service_url'],
      [{ bib_reference: '' }, 'warning', 'bib_reference'],
    ]
    for (const [change, level, key] of faults) {
      const found = lintProperties(written(change))
      expect(
        found.map((finding) => [finding.level, finding.key]),
        JSON.stringify(change),
      ).toEqual([[level, key]])
    }
    expect(lintProperties(`${written()}hips_order = 7\n`).map(({ message }) => message)).toEqual([
      'hips_order is there more than once',
    ])
    expect(lintProperties('').filter(({ level }) => level === 'error').length).toBe(9)
  })

  const real = skyData('hips')
  it.skipIf(!real.found)(real.says('finds nothing in the properties of CDS'), () => {
    expect(lintProperties(readFileSync(shared('data/sky/hips/DSS2_color/properties'), 'utf8'))).toEqual([])
  })
})
