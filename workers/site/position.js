// Positions as people type and read them: degrees or sexagesimal, ICRS. No page, no network: tests import it.

/** Two numbers from one text, decimal degrees; undefined when it is no position. Hours where it is sexagesimal. */
export function parsePosition(text) {
  const clean = text
    .trim()
    .replace(/[−–]/g, '-')
    .replace(/[°'"′″:hdms,;]+/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (clean === '' || !/^[-+\d. ]+$/.test(clean)) return undefined
  const parts = clean.split(' ')
  if (parts.some((part) => !/^[-+]?(\d+\.?\d*|\.\d+)$/.test(part))) return undefined
  const half = parts.length / 2
  if (![1, 2, 3].includes(half)) return undefined
  const lon = sexagesimal(parts.slice(0, half))
  const dec = sexagesimal(parts.slice(half))
  if (lon === undefined || dec === undefined) return undefined
  const hours = half > 1 && !/^\s*[-+\d.]+\s*[d°]/i.test(text)
  const ra = hours ? lon * 15 : lon
  if (ra < 0 || ra > 360 || Math.abs(dec) > 90) return undefined
  return { ra: ra % 360, dec }
}

function sexagesimal(parts) {
  const negative = parts[0].startsWith('-')
  let value = 0
  for (const [i, part] of parts.entries()) {
    const number = Number(part)
    if (i > 0 && (number < 0 || number >= 60 || /^[-+]/.test(part))) return undefined
    value += Math.abs(number) / 60 ** i
  }
  return negative ? -value : value
}

/** `20:52:40.800 -05:41:36.00`; rounded before it is split, so no field ever shows 60. */
export function formatPosition(ra, dec) {
  const split = (value, decimals) => {
    const scale = 10 ** decimals
    const ticks = Math.round(Math.abs(value) * 3600 * scale)
    const two = (number) => String(number).padStart(2, '0')
    const seconds = ((ticks % (60 * scale)) / scale).toFixed(decimals).padStart(decimals + 3, '0')
    return [Math.floor(ticks / (3600 * scale)), two(Math.floor(ticks / (60 * scale)) % 60), seconds]
  }
  const [hours, ...time] = split((((ra % 360) + 360) % 360) / 15, 3)
  const [degrees, ...arc] = split(dec, 2)
  const two = (number) => String(number).padStart(2, '0')
  return `${[two(hours % 24), ...time].join(':')} ${dec < 0 ? '-' : '+'}${[two(degrees), ...arc].join(':')}`
}

/** Degrees as people say them: 1.5°, 12.0′, 34″. */
export function formatAngle(degrees) {
  if (degrees >= 1) return `${degrees.toFixed(degrees < 10 ? 2 : 0)}°`
  if (degrees * 60 >= 1) return `${(degrees * 60).toFixed(1)}′`
  return `${(degrees * 3600).toFixed(1)}″`
}

/**
 * Whether a polygon smaller than a hemisphere holds a point: crossings on the plane tangent at the point, where great
 * circles are straight lines. Vertices [[ra, dec], …] in degrees.
 */
export function polygonHolds(vertices, ra, dec) {
  const rad = Math.PI / 180
  const [sin0, cos0] = [Math.sin(dec * rad), Math.cos(dec * rad)]
  const plane = []
  for (const [lon, lat] of vertices) {
    const d = (lon - ra) * rad
    const [s, c] = [Math.sin(lat * rad), Math.cos(lat * rad)]
    const z = sin0 * s + cos0 * c * Math.cos(d)
    if (z <= 1e-6) return false
    plane.push([(c * Math.sin(d)) / z, (cos0 * s - sin0 * c * Math.cos(d)) / z])
  }
  let inside = false
  for (let i = 0, j = plane.length - 1; i < plane.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [plane[i], plane[j]]
    if (yi > 0 !== yj > 0 && xi + ((xj - xi) * -yi) / (yj - yi) > 0) inside = !inside
  }
  return inside
}
