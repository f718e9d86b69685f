// The sky explorer: the node's maps in Aladin Lite, footprints of its collections, and cutouts where one clicks.

import A from '/site/aladin/aladin.js'
import {
  cutoutAddress,
  firstOf,
  footprintsOf,
  fullPath,
  listCollections,
  listMaps,
  mapNamed,
  ownFirst,
} from './node.js'
import { formatAngle, formatPosition, parsePosition, polygonHolds } from './position.js'

const COLOURS = ['#ffb454', '#7fd962', '#59c2ff', '#d2a6ff', '#f07178', '#95e6cb']
const PREVIEWS = 30
const byId = (id) => document.getElementById(id)
const say = (text) => {
  byId('message').textContent = text
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

const state = { maps: [], collections: [], shown: undefined, full: undefined, overlays: new Map(), mark: undefined }
let aladin

function imageOf(map, path = map.path) {
  // A map that fails must not fall back to a survey outside: it is taken off and named.
  return A.imageHiPS(new URL(path, location.href).href, {
    name: map.title,
    errorCallback: () => say(`The map ${map.title} could not be shown.`),
  })
}

async function show(map, { move = true, draw = true } = {}) {
  state.shown = map
  byId('full').checked = false
  if (draw) aladin.setBaseImageLayer(imageOf(map))
  if (move) {
    aladin.gotoRaDec(map.ra, map.dec)
    aladin.setFoV(Math.max(map.fov, 0.01))
  }
  byId('credit').textContent = map.credit ? `${map.title}: ${map.credit}` : map.title
  const radio = document.querySelector(`input[name=map][value="${CSS.escape(map.name)}"]`)
  if (radio) radio.checked = true
  state.full = await fullPath(map)
  if (state.shown === map) byId('full-order').hidden = state.full === undefined
}

function listTheMaps() {
  const rows = state.maps.map((map) => {
    const radio = element('input', { type: 'radio', name: 'map', value: map.name })
    const near = () => distance(map, aladin.getRaDec()) < Math.max(2 * map.fov, 1)
    radio.addEventListener('change', () => show(map, { move: !near() }))
    return element(
      'label',
      { className: 'check' },
      radio,
      element('span', {}, map.title, ' ', element('small', {}, map.name)),
    )
  })
  const none = element('p', { className: 'hint' }, 'This node has no public map yet: `skyedge hips build` makes one.')
  byId('maps').replaceChildren(...(rows.length > 0 ? rows : [none]))
}

function distance(map, [ra, dec]) {
  const rad = Math.PI / 180
  const [a, b] = [map.dec * rad, dec * rad]
  const h = Math.sin((a - b) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(((map.ra - ra) * rad) / 2) ** 2
  return (2 * Math.asin(Math.min(1, Math.sqrt(h)))) / rad
}

async function toggleFootprints(collection, colour, on) {
  state.overlays.get(collection)?.hide()
  if (!on) return
  if (!state.overlays.has(collection)) {
    const overlay = A.graphicOverlay({ name: collection, color: colour, lineWidth: 1 })
    aladin.addOverlay(overlay)
    state.overlays.set(collection, overlay)
    const products = await footprintsOf(collection)
    overlay.addFootprints(products.map((product) => A.polygon(product.footprint.map(([ra, dec]) => [ra, dec]))))
    say(`${products.length} footprints of ${collection}`)
  }
  state.overlays.get(collection).show()
}

function listTheCollections() {
  const rows = state.collections.map(({ collection, products, bands }, i) => {
    const colour = COLOURS[i % COLOURS.length]
    const box = element('input', { type: 'checkbox', value: collection })
    box.addEventListener('change', () =>
      toggleFootprints(collection, colour, box.checked).catch(() => {
        box.checked = false
        say(`The footprints of ${collection} cannot be had now.`)
      }),
    )
    const swatch = element('span', { className: 'swatch' })
    swatch.style.background = colour
    const detail = element('small', {}, `${products} images${bands?.length ? `, ${bands.join(' ')}` : ''}`)
    return element('label', { className: 'check' }, box, swatch, element('span', {}, collection, ' ', detail))
  })
  byId('collections').replaceChildren(...(rows.length > 0 ? rows : [element('p', { className: 'hint' }, 'None yet.')]))
}

async function productsAt(ra, dec) {
  const lists = await Promise.all(state.collections.map(({ collection }) => footprintsOf(collection).catch(() => [])))
  const found = lists.flat().filter((product) => polygonHolds(product.footprint, ra, dec))
  // What is deepest comes first: coadds before single exposures.
  return found.sort((a, b) => (b.calibLevel ?? 0) - (a.calibLevel ?? 0) || a.productId.localeCompare(b.productId))
}

const REFUSED = { 401: 'needs a sign-in with data rights', 403: 'is not open to you yet' }

async function preview(product, ra, dec, radius) {
  const panel = byId('cutout')
  const figure = panel.querySelector('.shown')
  const alt = `Cutout of ${product.productId} at ${formatPosition(ra, dec)}`
  figure.replaceChildren(element('p', { className: 'hint' }, `Cutting out of ${product.productId}…`))
  for (const button of panel.querySelectorAll('li button'))
    button.ariaPressed = String(button.value === product.publisherDid)
  const answer = await fetch(cutoutAddress(product.publisherDid, ra, dec, radius, 'image/png')).catch(() => undefined)
  if (!answer?.ok || answer.status === 204) {
    const why = REFUSED[answer?.status] ?? 'has no pixels here or cannot be read now'
    figure.replaceChildren(element('p', { className: 'hint' }, `${product.productId} ${why}.`))
    return
  }
  const image = element('img', { alt, src: URL.createObjectURL(await answer.blob()) })
  image.addEventListener('load', () => URL.revokeObjectURL(image.src))
  const fits = element(
    'a',
    { href: cutoutAddress(product.publisherDid, ra, dec, radius), download: '' },
    'Download FITS',
  )
  const row = (term, value) => [element('dt', {}, term), element('dd', {}, value)]
  const table = element(
    'dl',
    {},
    ...row('Position', formatPosition(ra, dec)),
    ...row('Product', product.publisherDid),
    ...row('File', fits),
  )
  figure.replaceChildren(image, table)
}

async function cutOut(ra, dec) {
  const radius = Number(byId('size').value) / 120
  state.mark?.removeAll()
  state.mark ??= (() => {
    const overlay = A.graphicOverlay({ name: 'cutout', color: '#ff5', lineWidth: 2 })
    aladin.addOverlay(overlay)
    return overlay
  })()
  state.mark.add(A.circle(ra, dec, radius))
  const panel = byId('cutout')
  panel.replaceChildren(element('p', { className: 'hint' }, 'Looking which images are here…'))
  panel.scrollIntoView({ block: 'nearest' })
  const products = await productsAt(ra, dec)
  if (products.length === 0) {
    panel.replaceChildren(element('p', { className: 'hint' }, `No image of this node at ${formatPosition(ra, dec)}.`))
    return
  }
  const items = products.slice(0, PREVIEWS).map((product) => {
    const button = element('button', { type: 'button', value: product.publisherDid }, product.productId)
    button.addEventListener('click', () => preview(product, ra, dec, radius))
    return element('li', {}, button)
  })
  const count = `${products.length} image${products.length === 1 ? '' : 's'} here${products.length > PREVIEWS ? `, the first ${PREVIEWS}:` : ':'}`
  panel.replaceChildren(
    element('div', { className: 'shown' }),
    element('p', { className: 'hint' }, count),
    element('ul', {}, ...items),
  )
  await preview(products[0], ra, dec, radius)
  byId('cutout-title').scrollIntoView({ block: 'nearest' })
  panel.querySelector('.shown').scrollIntoView({ block: 'nearest' })
}

function follow() {
  const [ra, dec] = aladin.getRaDec()
  byId('centre').textContent = formatPosition(ra, dec)
  byId('field').textContent = formatAngle(Math.min(...aladin.getFov()))
}

function goto(event) {
  event.preventDefault()
  const input = byId('goto-text')
  const position = parsePosition(input.value)
  input.ariaInvalid = String(position === undefined)
  if (!position) return say(`"${input.value}" is no position, expected e.g. 313.17 -5.69`)
  say('')
  aladin.gotoRaDec(position.ra, position.dec)
}

const PAN = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }

function keys(event) {
  const size = aladin.getSize()
  if (PAN[event.key]) {
    const [dx, dy] = PAN[event.key]
    const to = aladin.pix2world(size[0] / 2 + (dx * size[0]) / 8, size[1] / 2 + (dy * size[1]) / 8, 'icrs')
    if (to) aladin.gotoRaDec(to[0], to[1])
  } else if (event.key === '+' || event.key === '=') aladin.increaseZoom()
  else if (event.key === '-') aladin.decreaseZoom()
  else if (event.key === 'Enter') cutOut(...aladin.getRaDec())
  else return
  event.preventDefault()
}

async function start() {
  // Independent of one another: a node without collections still shows its maps.
  const [, maps, collections] = await Promise.allSettled([A.init, listMaps(), listCollections()])
  state.maps = ownFirst(maps.value ?? [])
  state.collections = collections.value ?? []
  const wanted = new URLSearchParams(location.search).get('map')
  if (wanted && !state.maps.some((map) => map.name === wanted)) {
    const newest = await mapNamed(wanted).catch(() => undefined)
    if (newest) state.maps = ownFirst([newest, ...state.maps])
  }
  const first = state.maps.find((map) => map.name === wanted) ?? firstOf(state.maps)
  if (wanted && first?.name !== wanted) say(`This node has no public map ${wanted}.`)
  // Without a survey of its own Aladin Lite would ask for one outside.
  aladin = A.aladin('#sky', {
    survey: first
      ? imageOf(first)
      : A.imageHiPS('/hips/none', { maxOrder: 3, imgFormat: 'png', cooFrame: 'ICRS', tileSize: 512 }),
    hipsList: [],
    log: false,
    target: first ? `${first.ra} ${first.dec}` : '0 0',
    fov: first?.fov ?? 60,
    cooFrame: 'ICRS',
    showSimbadPointerControl: false,
    showShareControl: false,
    showContextMenu: false,
    showLayersControl: false,
    showFrame: false,
    showCooLocation: false,
    showCooGridControl: true,
    backgroundColor: '#10141b',
  })
  globalThis.skyedge = { aladin, state }
  listTheMaps()
  listTheCollections()
  if (maps.status === 'rejected') say('The list of maps cannot be had now.')
  aladin.on('click', ({ ra, dec, isDragging }) => !isDragging && cutOut(ra, dec))
  aladin.on('positionChanged', follow)
  aladin.on('zoomChanged', follow)
  byId('goto').addEventListener('submit', goto)
  byId('sky').tabIndex = 0
  byId('sky').addEventListener('keydown', keys)
  byId('cut-centre').addEventListener('click', () => cutOut(...aladin.getRaDec()))
  byId('full').addEventListener('change', ({ target }) =>
    aladin.setBaseImageLayer(imageOf(state.shown, target.checked ? state.full : state.shown.path)),
  )
  if (first) await show(first, { move: false, draw: false })
  follow()
}

start().catch(() => say('This browser cannot draw the sky: WebGL 2 is needed.'))
