// The first table of a VOTable, through the reader that uploads go through, with room for tables of any length.

import { type Cell, VotableError, VotableReader } from '#src/votable'
import { bad, checkedColumns, type TableCell, type TableRow, type TableTarget } from './source.ts'

const LIMITS = { bytes: Number.MAX_SAFE_INTEGER, rows: Number.MAX_SAFE_INTEGER, columns: 2000 }

export async function* votableRows(bytes: AsyncIterable<Uint8Array>, target: TableTarget): AsyncGenerator<TableRow> {
  let names: string[] = []
  let rows: TableRow[] = []
  const reader = new VotableReader(
    {
      fields(fields) {
        const columns = checkedColumns(fields.map(({ name, unit }) => ({ name, unit })))
        target.columns(columns)
        names = columns.map(({ name }) => name)
      },
      row(cells) {
        const row = new Map<string, TableCell>()
        for (const [i, cell] of cells.entries()) {
          const value = cellOf(cell)
          if (value !== undefined) row.set(names[i], value)
        }
        rows.push(row)
      },
    },
    LIMITS,
  )
  for await (const piece of bytes) {
    guarded(() => reader.push(piece))
    const full = rows
    rows = []
    yield* full
  }
  guarded(() => reader.end())
  yield* rows
}

function cellOf(cell: Cell): TableCell {
  if (cell === null || cell === undefined) return undefined
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell)
  return typeof cell === 'object' ? undefined : cell
}

function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (error instanceof VotableError) throw Object.assign(bad(error.message), { cause: error })
    throw error
  }
}
