// Which edges a node has, and which addresses of a map they are filled with.

import { describe, expect, it } from 'vitest'
import type { MapRecord } from '../../origin/catalog/store.ts'
import { ConfigError, loadConfig } from '../../origin/config.ts'
import { addressesOf } from '../../origin/edges/addresses.ts'
import { edgeNamed, edgesOf } from '../../origin/edges/edges.ts'

describe('the edges of a node', () => {
  it('are those that npm start starts, unless the operator names others', () => {
    const here = edgesOf(loadConfig({ SKYEDGE_EDGES: '2', SKYEDGE_EDGE_PORT: '9000', SKYEDGE_HOST: '0.0.0.0' }))
    expect(here).toEqual([
      { region: 'region-1', url: 'http://127.0.0.1:9000' },
      { region: 'region-2', url: 'http://127.0.0.1:9001' },
    ])
    expect(edgesOf(loadConfig({ SKYEDGE_EDGE_PORT: '0' }))).toEqual([])
    const named = edgesOf(loadConfig({ SKYEDGE_EDGE_URLS: 'eu=https://eu.sky.example/  us=http://10.0.0.2:8787' }))
    expect(named).toEqual([
      { region: 'eu', url: 'https://eu.sky.example' },
      { region: 'us', url: 'http://10.0.0.2:8787' },
    ])
    expect(edgeNamed(named, 'us')).toEqual(named[1])
    expect(edgeNamed(named, 'https://eu.sky.example/')).toEqual(named[0])
    expect(edgeNamed(named, 'https://new.example:99')).toEqual({
      region: 'new.example:99',
      url: 'https://new.example:99',
    })
    for (const word of ['mars', 'ftp://x', 'https://user:secret@eu.example'])
      expect(edgeNamed(named, word)).toBeUndefined()
  })

  it.each(['eu', 'eu=ftp://x', 'eu=https://a eu=https://b', 'eu=https://user:pw@a', 'eu=https://a/path', '=https://a'])(
    'refuses SKYEDGE_EDGE_URLS=%s',
    (text) => {
      expect(() => loadConfig({ SKYEDGE_EDGE_URLS: text })).toThrow(ConfigError)
    },
  )
})

describe('the addresses of a map', () => {
  const record = {
    map: 'a/b',
    order: 4,
    publicOrder: 3,
    orderMin: 1,
    formats: ['png', 'fits'],
    moc: '{"4":[0,5,300]}',
  } as unknown as MapRecord
  const list = (wanted: Parameters<typeof addressesOf>[1]) => {
    const addresses = addressesOf(record, wanted)
    const paths = [...addresses.paths()]
    expect(addresses.count).toBe(paths.length)
    return paths.map((path) => path.replace('/hips/public/a/b/', '').replace('/hips/full/a/b/', 'full:'))
  }

  it('are its descriptions, then tiles where the map is, order after order, never outside of its orders', () => {
    expect(list({ tier: 'public', orders: { first: 0, last: 9 }, formats: ['png'] })).toEqual([
      'properties',
      'Moc.fits',
      'preview.jpg',
      'index.html',
      'Norder3/Allsky.png',
      'Norder1/Dir0/Npix0.png',
      'Norder1/Dir0/Npix4.png',
      'Norder2/Dir0/Npix0.png',
      'Norder2/Dir0/Npix18.png',
      'Norder3/Dir0/Npix0.png',
      'Norder3/Dir0/Npix1.png',
      'Norder3/Dir0/Npix75.png',
    ])
  })

  it('go deeper in the full tier, in every format that was asked for and that the map has', () => {
    const paths = list({ tier: 'full', orders: { first: 4, last: 9 }, formats: ['png', 'webp', 'fits'] })
    expect(paths.slice(4)).toEqual(
      [0, 5, 300].flatMap((npix) => ['png', 'fits'].map((format) => `full:Norder4/Dir0/Npix${npix}.${format}`)),
    )
  })
})
