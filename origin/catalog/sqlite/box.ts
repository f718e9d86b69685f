// The box of unit vectors around a circle on the sphere: what the R-tree keeps of a footprint and is asked for.

export type Box = readonly [x0: number, x1: number, y0: number, y1: number, z0: number, z1: number]

/** Exact for a cap: the largest x of a cap is cos of (angle between its centre and the x axis, less the radius). */
export function capBox(lonRad: number, latRad: number, radiusRad: number): Box {
  const centre = [Math.cos(latRad) * Math.cos(lonRad), Math.cos(latRad) * Math.sin(lonRad), Math.sin(latRad)]
  const [x, y, z] = centre.map((component) => {
    const angle = Math.acos(Math.max(-1, Math.min(1, component)))
    return [Math.cos(Math.min(Math.PI, angle + radiusRad)), Math.cos(Math.max(0, angle - radiusRad))] as const
  })
  return [...x, ...y, ...z]
}
