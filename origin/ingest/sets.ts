// The files of a folder, sorted into sets that may be one product: those whose names differ only in what a rule says
// of their role. Names only; nothing is opened here.

import type { PlaneRole } from '../catalog/store.ts'
import type { Mapping } from './mapping.ts'
import type { IngestReport } from './report.ts'
import { type FoundFile, looksLikeFits, stemOf, walkFolder } from './walk.ts'

export interface NamedFile extends FoundFile {
  readonly role: PlaneRole
}
export type FileSet = readonly NamedFile[]

/** Endings of what is not FITS and common beside it: not opened at all. */
const OTHER =
  /\.(txt|md|json|ya?ml|xml|vot|csv|tsv|avro|par(q|quet)?|png|jpe?g|gif|pdf|log|py|ts|js|zip|tar|gz|bz2|xz|reg|html?)$/i

/** Never opened as an image. */
export const isOther = (name: string): boolean => !looksLikeFits(name) && OTHER.test(name)

export async function fileSets(root: string, mapping: Mapping, report: IngestReport): Promise<FileSet[]> {
  const sets = new Map<string, NamedFile[]>()
  const onSkipped = (name: string, reason: string) => report.refused.push({ name, reason })
  for await (const file of walkFolder(root, { onSkipped })) {
    if (isOther(file.name)) continue
    const folder = file.name.slice(0, file.name.lastIndexOf('/') + 1)
    const stem = stemOf(file.name)
    const matched = firstRule(stem, mapping)
    if (matched?.role === 'skip') {
      report.refused.push({ name: file.name, reason: matched.reason ?? 'passed over, as the mapping says' })
      continue
    }
    const key = matched?.group === undefined ? `${file.name}\0` : `${folder}\0${matched.group}`
    const named = { ...file, role: matched?.role ?? 'image' }
    const set = sets.get(key)
    if (set) set.push(named)
    else sets.set(key, [named])
  }
  return [...sets.values()]
}

function firstRule(stem: string, { files }: Mapping) {
  for (const { match, role, reason } of files) {
    const groups = match.exec(stem)
    if (!groups) continue
    const { group, group2 } = groups.groups ?? {}
    return { role, reason, group: group === undefined ? undefined : `${group}\0${group2 ?? ''}` }
  }
  return undefined
}
