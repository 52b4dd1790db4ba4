import { type BenchCase, MEMORY_TARGET, type Target, type Variant } from './cases.ts'
import { alignColumns, show } from './columns.ts'
import type { Sample } from './rounds.ts'
import { medianOf, ratioOf, samplesOf } from './statistics.ts'

const HEAD = ['case', 'variant', 'wall ms', 'in test ms', 'time', 'target', '', 'cpu ms', 'cpu', '', 'worker MB', 'memory', '']

/**
 * One line for each variant: medians, what they are of the plain run's, and whether the targets are met.
 * @param which of the targets
 */
export function formatTable(cases: readonly BenchCase[], samples: readonly Sample[], which: keyof Target): string {
  const rows = cases.flatMap((each) => each.variants.map((variant, index) => row(each, variant, index, samples, which)))
  const inTest = cases.filter(({ judged }) => judged === 'inTestMs').map(({ id }) => ` (${id})`)
  const notes = [
    `time: in test${inTest.join('')}, wall for the others; ratios are medians over rounds of plugin / none in the same round.`,
    `worker MB: peak resident memory of the largest worker, target ${MEMORY_TARGET[which]}x; with --suite, of the largest process.`
  ]
  return [alignColumns([HEAD, ...rows], 2), ...notes].join('\n')
}

function row(bench: BenchCase, variant: Variant, index: number, all: readonly Sample[], which: keyof Target): string[] {
  const { id, title, judged, variants } = bench
  const target = bench.target?.[which]
  const own = samplesOf(all, id, variant.name)
  const base = samplesOf(all, id, variants[0]!.name)
  const median = (figure: Parameters<typeof medianOf>[1]): number | undefined => medianOf(own, figure)
  const ratio = (figure: Parameters<typeof medianOf>[1]): number | undefined => ratioOf(own, base, figure)
  const plain = index === 0
  const judge = (value: number | undefined, limit: number | undefined): string =>
    variant.package === undefined || value === undefined || limit === undefined ? '' : value <= limit ? 'hit' : 'MISS'
  const time = plain ? undefined : ratio(judged)
  const memory = plain ? undefined : ratio('workerBytes')
  const bytes = median('workerBytes')
  return [
    plain ? `(${id}) ${title}` : '',
    variant.name,
    show(median('wallMs'), 0),
    show(median('inTestMs'), 0),
    plain ? '' : show(time, 3),
    variant.package === undefined || target === undefined ? '' : show(target, 2),
    judge(time, target),
    show(median('cpuMs'), 0),
    plain ? '' : show(ratio('cpuMs'), 3),
    judged === 'wallMs' ? judge(ratio('cpuMs'), target) : '',
    show(bytes === undefined ? undefined : bytes / 1e6, 0),
    plain ? '' : show(memory, 3),
    judge(memory, MEMORY_TARGET[which])
  ]
}
