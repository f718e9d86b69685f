// The survey's work in pieces that do not know one another: an exposure of the camera, a patch of the coadd.

import { coaddPath, LEVEL3_PATH, writeLevel3, writePatch } from './coadd-files.ts'
import { expose } from './detector.ts'
import { writeExposure } from './files.ts'
import { BANDS, type Band, makePlan, type Plan, type SurveySize } from './plan.ts'
import { makeScene, type Scene } from './scene.ts'

export interface Survey {
  readonly folder: string
  readonly plan: Plan
  readonly scene: Scene
}

export type Task =
  | { readonly kind: 'visit'; readonly index: number }
  | { readonly kind: 'patch'; readonly band: Band; readonly patch: number }
  | { readonly kind: 'level3' }

export function openSurvey(folder: string, seed: number, size: SurveySize): Survey {
  const plan = makePlan(seed, size)
  return { folder, plan, scene: makeScene(plan) }
}

/** First all exposures; coadds are made from their files. */
export function stages({ plan }: Survey): Task[][] {
  const visits = plan.visits.map((_, index) => ({ kind: 'visit', index }) as const)
  const patches = BANDS.flatMap((band) => [0, 1, 2, 3].map((patch) => ({ kind: 'patch', band, patch }) as const))
  return [visits, [...patches, { kind: 'level3' }]]
}

/** Writes the files of a task; gives the bytes. */
export async function run({ folder, plan, scene }: Survey, task: Task): Promise<number> {
  if (task.kind === 'patch') return writePatch(folder, plan, task.band, task.patch)
  if (task.kind === 'level3') return writeLevel3(folder, plan, scene)
  const visit = plan.visits[task.index]
  let bytes = 0
  for (let detector = 0; detector < 4; detector++)
    bytes += writeExposure(folder, plan, visit, detector, expose(plan, scene, visit, detector))
  return bytes
}

export function labelOf({ plan }: Survey, task: Task): string {
  if (task.kind === 'patch') return coaddPath(task.band, task.patch)
  return task.kind === 'level3' ? LEVEL3_PATH : `visit ${plan.visits[task.index].visit}`
}
