import { describe, expect, it } from 'vitest'
import { mocOfCone, unionOf } from '#src/moc'
import { degToRad, radToDeg, separationRad } from '#src/sky'
import { viewOf } from '../../../origin/hips/view.ts'

const field = (raDeg: number, decDeg: number, radiusDeg: number) =>
  mocOfCone(9, degToRad(raDeg), degToRad(decDeg), degToRad(radiusDeg))
const awayDeg = (view: ReturnType<typeof viewOf>, raDeg: number, decDeg: number) =>
  radToDeg(separationRad(view.lonRad, view.latRad, degToRad(raDeg), degToRad(decDeg)))

describe('how a map looks first', () => {
  it('is its middle, with a field that holds it', () => {
    const view = viewOf(field(45, 30, 2))
    expect(awayDeg(view, 45, 30)).toBeLessThan(0.1)
    expect(radToDeg(view.fovRad)).toBeGreaterThan(3.9)
    expect(radToDeg(view.fovRad)).toBeLessThan(5)
  })

  it('is the fullest part of a map whose fields lie far apart, not the black sky between them', () => {
    const view = viewOf(unionOf([field(358.6, 60, 0.2), field(313.2, -5.7, 0.4)]))
    expect(awayDeg(view, 313.2, -5.7)).toBeLessThan(0.1)
    expect(radToDeg(view.fovRad)).toBeLessThan(2)
  })

  it('is the whole of two fields side by side', () => {
    const view = viewOf(unionOf([field(10, 0, 0.5), field(12, 0, 0.5)]))
    expect(awayDeg(view, 11, 0)).toBeLessThan(0.2)
    expect(radToDeg(view.fovRad)).toBeGreaterThan(2.8)
  })
})
