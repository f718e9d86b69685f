// What the node tells about itself: its HiPS list, collections, footprints, and the addresses of cutouts.

/** Records of a hipslist (HiPS 1.0 §5.2): blank-line separated `key = value` lines. */
export function parseHipslist(text) {
  return text
    .split(/\r?\n\s*\r?\n/)
    .map((record) => {
      const lines = record.split(/\r?\n/).filter((line) => line.includes('=') && !line.startsWith('#'))
      return Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
      )
    })
    .filter((record) => record.hips_service_url)
}

async function get(address, accept) {
  const answer = await fetch(address, { headers: { Accept: accept } })
  if (!answer.ok) throw Object.assign(new Error(`${address} answered ${answer.status}`), { status: answer.status })
  return answer
}

/** The node's maps. Only the path of a service address is used: the page may be reached by another name. */
export async function listMaps() {
  return mapsOf(await (await get('/hipslist', 'text/plain')).text())
}

/** A map by its name, also one so new that the list, which is kept for minutes, does not have it yet. */
export async function mapNamed(name) {
  const path = `/hips/public/${name.split('/').map(encodeURIComponent).join('/')}`
  const text = await (await get(`${path}/properties`, 'text/plain')).text()
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('hips_service_url'))
  return mapsOf([...lines, `hips_service_url = ${path}`].join('\n'))[0]
}

function mapsOf(text) {
  return parseHipslist(text).map((record) => {
    const path = new URL(record.hips_service_url, location.href).pathname.replace(/\/+$/, '')
    return {
      name: path.replace(/^\/hips\/[^/]+\//, ''),
      path,
      title: record.obs_title ?? path,
      order: Number(record.hips_order),
      made: record.hips_creation_date ?? record.hips_release_date ?? '',
      credit: record.obs_copyright ?? record.prov_progenitor ?? '',
      ra: Number(record.hips_initial_ra ?? 0),
      dec: Number(record.hips_initial_dec ?? 0),
      fov: Number(record.hips_initial_fov ?? 60),
    }
  })
}

const isDemo = (map) => map.name.startsWith('demo/')

/** The operator's own maps before the demo's, otherwise as they come. */
export const ownFirst = (maps) => [...maps.filter((map) => !isDemo(map)), ...maps.filter(isDemo)]

/** What a visitor sees first: the newest of the operator's own maps, else of the demo's; in colour where there is one. */
export function firstOf(maps) {
  const own = maps.filter((map) => !isDemo(map))
  const colour = (map) => Number(/colou?r/.test(map.name))
  const newer = (a, b) => b.made.localeCompare(a.made) || colour(b) - colour(a)
  return own.length > 0 ? own.sort(newer)[0] : (maps.find(colour) ?? maps[0])
}

/** The same map with every order, where there are more than the public ones and this visitor may see them. */
export async function fullPath(map) {
  const path = `/hips/full/${map.name}`
  const answer = await fetch(`${path}/properties`).catch(() => undefined)
  if (!answer?.ok) return undefined
  const [, order] = /^hips_order\s*=\s*(\d+)/m.exec(await answer.text()) ?? []
  return Number(order) > map.order ? path : undefined
}

export async function listCollections() {
  const answer = await (await get('/collections', 'application/json')).json()
  return answer.collections
}

/** Pages of footprints that are followed: more outlines than this are a haze on any screen. */
const PAGES = 10
const footprints = new Map()

/** Products of a collection with their outlines; asked for once. */
export function footprintsOf(collection) {
  if (!footprints.has(collection)) {
    const asked = allPages(`/footprints?collection=${encodeURIComponent(collection)}`)
    asked.catch(() => footprints.delete(collection))
    footprints.set(collection, asked)
  }
  return footprints.get(collection)
}

async function allPages(address) {
  const products = []
  for (let page = 0, next = address; next && page < PAGES; page++) {
    const answer = await (await get(next, 'application/json')).json()
    products.push(...answer.products)
    next = answer.next
  }
  return products
}

/** Address of a cutout; a PNG preview or, without a format, the FITS file. */
export function cutoutAddress(publisherDid, ra, dec, radius, format) {
  const query = new URLSearchParams({ ID: publisherDid, CIRCLE: `${ra.toFixed(7)} ${dec.toFixed(7)} ${radius}` })
  if (format) query.set('RESPONSEFORMAT', format)
  return `/soda/sync?${query}`
}
