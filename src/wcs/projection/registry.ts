// The projections that are read, by their FITS code.

import { ait } from './ait.ts'
import { arc } from './arc.ts'
import { car } from './car.ts'
import { cea } from './cea.ts'
import { hpx } from './hpx.ts'
import { mer } from './mer.ts'
import { mol } from './mol.ts'
import type { ProjectionFactory } from './projection.ts'
import { sfl } from './sfl.ts'
import { sin } from './sin.ts'
import { stg } from './stg.ts'
import { tan } from './tan.ts'
import { xph } from './xph.ts'
import { zea } from './zea.ts'
import { zpn } from './zpn.ts'

export const PROJECTIONS: ReadonlyMap<string, ProjectionFactory> = new Map(
  Object.entries({
    TAN: tan,
    SIN: sin,
    ZEA: zea,
    STG: stg,
    ARC: arc,
    ZPN: zpn,
    CAR: car,
    CEA: cea,
    MER: mer,
    SFL: sfl,
    AIT: ait,
    MOL: mol,
    HPX: hpx,
    XPH: xph,
  }),
)
