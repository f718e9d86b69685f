import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MapRecord } from '../../../../origin/catalog/store.ts'
import { packMap } from '../../../../origin/hips/pack/pack-map.ts'
import type { PackWorld } from '../../../../origin/hips/pack/place.ts'
import { faultOf } from '../../../../origin/hips/pack/soundness.ts'
import { verifyMap } from '../../../../origin/hips/pack/verify.ts'
import { type MapWorld, mapWorld } from '../../../support/map-world.ts'
import { shared, skyData } from '../../../support/optional.ts'
import { filesOf, fitsBytes, pngBytes, tileMap } from '../../../support/tile-map.ts'

let maps: MapWorld
let world: PackWorld
let record: MapRecord
beforeEach(async () => {
  maps = await mapWorld([])
  world = { ...maps, graceMs: 0 }
  record = await tileMap(maps)
})
afterEach(() => maps.close())

const file = (name: string, { folder } = record) => join(maps.dataFolder, 'hips', folder, name)
const findings = async () => {
  const { findings, faults } = await verifyMap('test/r', world)
  expect(faults).toBe(findings.length)
  return findings.map(({ file, fault }) => `${file} ${fault}`).sort()
}
const PNG = 'Norder5/Dir0/Npix5000.png'
const FITS = 'Norder5/Dir0/Npix5000.fits'

describe('verifying a map', () => {
  it('finds nothing wrong with a sound one, as a tree and packed, and counts the same', async () => {
    const tree = await verifyMap('test/r', world)
    const tiles = filesOf(file('')).filter((name) => name.startsWith('Norder')).length
    expect(tree).toMatchObject({ tiles, faults: 0, notes: [] })
    await packMap({ map: 'test/r', shardOrder: 2 }, world)
    expect(await verifyMap('test/r', world)).toEqual(tree)
  })

  it('names tiles that are cut off, turned, of another kind, or empty', async () => {
    const whole = readFileSync(file(PNG))
    writeFileSync(file(PNG), whole.subarray(0, whole.length - 1))
    const turned = readFileSync(file(FITS))
    turned[2880 + 7] ^= 1
    writeFileSync(file(FITS), turned)
    writeFileSync(file('Norder5/Dir0/Npix0.png'), readFileSync(file(FITS)))
    writeFileSync(file('Norder5/Dir0/Npix1.fits'), '')
    const found = (await findings()).filter((line) => !line.startsWith('properties'))
    expect(found).toEqual([
      'Norder5/Dir0/Npix0.png is no PNG',
      'Norder5/Dir0/Npix1.fits is empty',
      expect.stringMatching(/Npix5000.fits has the DATASUM \d+ in HDU 0, where its header says \d+/),
      'Norder5/Dir0/Npix5000.png is a PNG that is cut off',
    ])
  })

  it('tells of lengths that hips_check_code does not have, tiles that are missing, and some outside of the MOC', async () => {
    rmSync(file(PNG))
    writeFileSync(file('Norder5/Dir0/Npix4.png'), pngBytes('outside', 10))
    rmSync(file('Norder1/Dir0/Npix0.png'))
    expect(await findings()).toEqual([
      'Norder1/Dir0/Npix0.png is missing: the MOC covers it',
      'Norder5/Dir0/Npix4.png lies outside of the MOC',
      'Norder5/Dir0/Npix5000.png is missing: the MOC covers it',
      expect.stringMatching(/^properties says hips_check_code png:\d+, the tiles have \d+$/),
    ])
  })

  it('tells of every damaged tile of an archive, and goes on', async () => {
    const { record: packed } = await packMap({ map: 'test/r', shardOrder: 2 }, world)
    const pack = file('packs/fits-o2-78.pack', packed)
    const bytes = readFileSync(pack)
    bytes[bytes.length - 1] ^= 1
    bytes[bytes.length - 5760 - 1] ^= 1
    writeFileSync(pack, bytes)
    expect(await findings()).toEqual([
      'Norder5/Dir0/Npix5000.fits does not agree with its checksum',
      'Norder5/Dir0/Npix5003.fits does not agree with its checksum',
    ])
  })

  it('tells of archives that are cut off, lost, or of a broken head, and of the tiles that this takes', async () => {
    const { record: packed } = await packMap({ map: 'test/r', shardOrder: 2 }, world)
    const cut = file('packs/png-o2-78.pack', packed)
    writeFileSync(cut, readFileSync(cut).subarray(0, -1))
    const broken = file('packs/png-o2-4.pack', packed)
    const bytes = readFileSync(broken)
    bytes[70] ^= 1
    writeFileSync(broken, bytes)
    rmSync(file('packs/png-top.pack', packed))
    const found = await findings()
    expect(found).toContainEqual(expect.stringMatching(/^packs\/png-o2-4\.pack .*damaged/))
    expect(found).toContainEqual(expect.stringMatching(/^packs\/png-o2-78\.pack .*shorter than/))
    expect(found).toContain('packs/png-top.pack is missing')
    expect(found).toContain('Norder5/Dir0/Npix5000.png is missing: the MOC covers it')
    expect(found.some((line) => line.includes('.fits'))).toBe(false)
  })
})

const dss = skyData('hips/DSS2_color')
describe.skipIf(!dss.found)(dss.says('tiles of the DSS as CDS serves them'), () => {
  it('are sound, every format, and none is when it is cut', async () => {
    let seen = 0
    for (const map of ['DSS2_color', 'DSS2_red']) {
      const root = shared(`data/sky/hips/${map}`)
      for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
        const format = /(?:Npix\d+|Allsky)\.(jpg|fits|png)$/.exec(name)?.[1] as 'jpg' | 'fits' | 'png' | undefined
        if (!format) continue
        const bytes = new Uint8Array(readFileSync(join(root, name)))
        expect(`${name} ${await faultOf(format, bytes)}`).toBe(`${name} undefined`)
        expect(await faultOf(format, bytes.subarray(0, Math.floor(bytes.length / 2)))).toBeDefined()
        seen++
      }
    }
    expect(seen).toBeGreaterThan(5)
  })
})

describe('what the bytes of a tile say', () => {
  it('is heard for each format', async () => {
    const riff = Buffer.concat([Buffer.from('RIFF'), Buffer.from([8, 0, 0, 0]), Buffer.from('WEBPVP8 ')])
    riff.writeUInt32LE(riff.length - 8, 4)
    expect(await faultOf('webp', riff)).toBeUndefined()
    expect(await faultOf('webp', Buffer.concat([riff, Buffer.from('x')]))).toMatch(/WEBP of 17 bytes that says 16/)
    expect(await faultOf('jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 0xff, 0xd9, 0, 0]))).toBeUndefined()
    expect(await faultOf('jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]))).toBe('is a JPEG that is cut off')
    expect(await faultOf('fits', fitsBytes(3))).toBeUndefined()
    expect(await faultOf('fits', fitsBytes(3).subarray(0, 2900))).toMatch(/broken FITS file: HDU 0 ends at byte 2944/)
    expect(await faultOf('fits', Buffer.from('<html>not found</html>'))).toBe('is no FITS file')
  })
})
