import { styleText } from 'node:util'
import { alignColumns } from '../../../bench/columns.ts'
import { type Rate, type Score, shareOf } from './score.ts'

export interface Row {
  name: string
  score: Score
  missedBars: readonly string[]
}

const HEAD = ['', 'recall', 'precision', 'line', 'test', 'kind', 'detail', 'median', 'worst', 'worst', 'inconclusive', '']

export function formatTable(rows: readonly Row[]): string {
  const [head = '', ...lines] = alignColumns([HEAD, ...rows.map(cells)], 1).split('\n')
  return [
    head,
    ...lines.map((line, index) => (rows[index]!.missedBars.length === 0 ? line : styleText('red', line, { stream: process.stdout })))
  ].join('\n')
}

function cells({ name, score, missedBars }: Row): string[] {
  const { recall, precision, line, whose, kind, detail, medianErrorMs, worstErrorMs, worstErrorShare, inconclusive } = score
  return [
    name,
    ...[recall, precision, line, whose, kind, detail].map(percent),
    `${medianErrorMs.toFixed(2)} ms`,
    `${worstErrorMs.toFixed(1)} ms`,
    `${(worstErrorShare * 100).toFixed(1)} %`,
    String(inconclusive),
    missedBars.length === 0 ? 'good' : 'under the bars'
  ]
}

/** Rounded down: only what is whole is shown as 100 %. */
const percent = (rate: Rate): string => `${(Math.floor(shareOf(rate) * 1000) / 10).toFixed(1)} % (${rate.hits}/${rate.of})`
