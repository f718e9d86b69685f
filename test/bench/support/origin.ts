// An origin of a few lines in a process of its own: `node origin.ts DELAY_MS TILE_BYTES` prints its address. One map; a tile is
// TILE_BYTES (50 kB) as PNG and 1 MB as FITS, whichever is asked for. `/hits` says how many were asked for since it was last asked.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FITS_BYTES, MAP, TILE_BYTES, tileBytes } from './tiles.ts'

const delayMs = Number(process.argv[2] ?? '0')
const [png, fits] = [tileBytes(Number(process.argv[3] ?? TILE_BYTES)), tileBytes(FITS_BYTES)]
const manifest = JSON.stringify({
  maps: [
    {
      map: MAP,
      release: 'dr1',
      generation: 'bench',
      order: 9,
      publicOrder: 9,
      formats: ['png', 'fits'],
      rights: { access: 'public', release: 'dr1' },
    },
  ],
})
let hits = 0

const server = createServer(({ url = '' }, response) => {
  if (url === '/internal/maps') return void response.end(manifest)
  if (url === '/hits') {
    response.end(String(hits))
    hits = 0
    return
  }
  hits++
  const isFits = url.endsWith('.fits')
  const body = isFits ? fits : png
  const headers = {
    'content-type': isFits ? 'application/fits' : 'image/png',
    'content-length': body.length,
    'cache-control': 'public, max-age=86400',
    etag: '"bench"',
  }
  const send = () => response.writeHead(200, headers).end(body)
  if (delayMs > 0) setTimeout(send, delayMs)
  else send()
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
