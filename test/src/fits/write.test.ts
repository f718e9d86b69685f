import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  binTableBytes,
  compressedImageHduBytes,
  emptyPrimaryBytes,
  fitsLength,
  fitsStream,
  imageHduBytes,
  readBinTable,
  readHdus,
  type StreamPart,
} from '#src/fits'
import { memorySource } from '#src/storage'
import { nodeRuntime as runtime } from '../../../origin/runtime.ts'
import { ALL_BITPIX, joined, referenceCases, sampleHeader, skyImage, unequalPixels } from '../../support/fits.ts'
import { command, python } from '../../support/optional.ts'

const table = () =>
  binTableBytes(
    [
      { name: 'UNIQ', code: 'K', values: [1n, 2n ** 62n, -3n] },
      { name: 'NAME', code: 'A', values: ['a', 'bcd', ''] },
      { name: 'PAIR', code: 'D', repeat: 2, values: Float64Array.of(1, 2, 3, 4, 5, 6), unit: 'deg' },
      { name: 'GOOD', code: 'L', values: [true, false, true] },
      { name: 'SMALL', code: 'I', values: [1, -2, 3] },
    ],
    { name: 'ROWS' },
  )

async function collect(parts: readonly StreamPart[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of fitsStream(parts, { runtime })) pieces.push(piece)
  return joined(...pieces)
}

/** Every kind of file that is written here, by name. */
async function kinds(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for (const bitpix of ALL_BITPIX) {
    const raw = skyImage(bitpix)
    files.set(`primary${bitpix}`, imageHduBytes(sampleHeader(), raw, { primary: true, runtime }))
    files.set(`extension${bitpix}`, joined(emptyPrimaryBytes(), imageHduBytes(sampleHeader(), raw, { name: 'SCI' })))
    for (const tile of [undefined, [32, 32]] as const) {
      const holes = skyImage(bitpix, 90, 70, { holes: true })
      const write = (name: string, options: object) =>
        files.set(
          `${name}_${bitpix}_${tile ?? 'rows'}`,
          joined(
            emptyPrimaryBytes(),
            compressedImageHduBytes(sampleHeader(), holes, {
              algorithm: 'RICE_1',
              tile,
              name: 'C',
              runtime,
              ...options,
            }),
          ),
        )
      write('gzip2', { algorithm: 'GZIP_2' })
      if (bitpix > 0 && bitpix < 64) write('rice', {})
      if (bitpix < 0)
        for (const dither of ['NO_DITHER', 'SUBTRACTIVE_DITHER_1', 'SUBTRACTIVE_DITHER_2'])
          write(dither, { dither, ditherSeed: 42 })
    }
  }
  files.set('unsigned', imageHduBytes(sampleHeader(), { ...skyImage(16), bzero: 32768, blank: -1 }, { primary: true }))
  files.set('table', joined(emptyPrimaryBytes(), table()))
  const { data } = skyImage(-32)
  const bands = [data.subarray(0, 1000), data.subarray(1000)] as Float32Array[]
  files.set(
    'stream',
    await collect([
      { bytes: emptyPrimaryBytes() },
      { header: sampleHeader(), bitpix: -32, axes: [90, 70], name: 'IMAGE', bands },
      { header: sampleHeader(), bitpix: 16, axes: [90, 70], bzero: 32768, name: 'MASK', bands: [skyImage(16).data] },
      { bytes: table() },
    ]),
  )
  return files
}

describe('what is written', () => {
  let files = new Map<string, Uint8Array>()
  let folder = ''
  beforeAll(async () => {
    files = await kinds()
    folder = mkdtempSync(join(tmpdir(), 'skyedge-write-'))
    for (const [name, bytes] of files) writeFileSync(join(folder, `${name}.fits`), bytes)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const paths = () => [...files.keys()].map((name) => join(folder, `${name}.fits`))

  const fitsverify = command('fitsverify')
  it.skipIf(!fitsverify.found)(fitsverify.says('passes fitsverify without a warning'), () => {
    const { stdout } = spawnSync('fitsverify', ['-q', ...paths()], { encoding: 'utf8' })
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('verification OK'))).toEqual([])
    expect(stdout.match(/^verification OK/gm)).toHaveLength(files.size)
  })

  const fitsio = python('fitsio')
  it.skipIf(!fitsio.found)(fitsio.says('is read by CFITSIO and astropy as we read it'), async () => {
    const { folder: expected, cases } = referenceCases(paths())
    const bad: string[] = []
    for (const one of cases) {
      const bytes = files.get(one.file.slice(folder.length + 1, -5))!
      const unequal = await unequalPixels(memorySource(one.file, bytes), one, expected)
      if (unequal > 0) bad.push(`${one.file} HDU ${one.hdu}: ${unequal}`)
    }
    expect(bad).toEqual([])
    expect(cases.length).toBeGreaterThan(35)
  })

  it('has the length that was told before', async () => {
    const { data } = skyImage(16)
    const parts: StreamPart[] = [
      { bytes: emptyPrimaryBytes() },
      { header: sampleHeader(), bitpix: 16, axes: [90, 70], bands: [data] },
    ]
    expect((await collect(parts)).length).toBe(fitsLength(parts))
  })

  it('breaks off when the bands hold more or less than was promised', async () => {
    const { data } = skyImage(16)
    for (const bands of [[data, data], [data.subarray(1) as Int16Array], [new Float32Array(6300)]])
      await expect(
        collect([{ header: sampleHeader(), bitpix: 16, axes: [90, 70], primary: true, bands }]),
      ).rejects.toMatchObject({ code: 'bad-value' })
  })

  it('gives tables back as they were', async () => {
    const bytes = joined(emptyPrimaryBytes(), table())
    const hdu = (await readHdus(memorySource('t', bytes)))[1]
    const { rows, columns } = await readBinTable(bytes, hdu)
    expect(rows).toBe(3)
    expect(columns.map(({ name, values }) => [name, Array.from<unknown>(values)])).toEqual([
      ['UNIQ', [1n, 2n ** 62n, -3n]],
      ['NAME', ['a', 'bcd', '']],
      ['PAIR', [1, 2, 3, 4, 5, 6]],
      ['GOOD', [1, 0, 1]],
      ['SMALL', [1, -2, 3]],
    ])
    expect(columns[2].unit).toBe('deg')
  })
})
