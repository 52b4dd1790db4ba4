/** Aligns rows of text: the first `left` columns to the left, the others to the right. */
export function alignColumns(rows: readonly (readonly string[])[], left: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]!, column < left))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}

const pad = (text: string, width: number, left: boolean): string => (left ? text.padEnd(width) : text.padStart(width))

/** A dash where a figure is not known. */
export function show(value: number | undefined, digits: number): string {
  return value === undefined ? '-' : value.toFixed(digits)
}
