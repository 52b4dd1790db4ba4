import type { BenchCase } from './cases.ts'
import { alignColumns, show } from './columns.ts'
import type { Sample } from './rounds.ts'
import { differenceOf, medianOf, samplesOf } from './statistics.ts'

/** How far the plugin's own figure may be from what is measured here. */
const TOLERANCE = 0.3

const HEAD = ['case', 'variant', 'told ms', 'in test ms', 'in file ms', 'told / in file', '']

/**
 * The plugin's `overheadMs` beside what it really adds: to the test's own time, and to the file's from its collection
 * to its `afterAll`, where starting the sampler and making the tests' results are included.
 */
export function formatOverhead(cases: readonly BenchCase[], samples: readonly Sample[]): string {
  const rows = cases.flatMap(({ id, variants }) => {
    const base = samplesOf(samples, id, variants[0]!.name)
    return variants
      .filter((variant) => variant.package !== undefined)
      .map(({ name }) => {
        const own = samplesOf(samples, id, name)
        const told = medianOf(own, 'overheadMs')
        const inFile = differenceOf(own, base, 'inFileMs')
        const ratio = told === undefined || inFile === undefined ? undefined : told / inFile
        const near = ratio !== undefined && Math.abs(ratio - 1) <= TOLERANCE
        return [
          `(${id})`,
          name,
          show(told, 1),
          show(differenceOf(own, base, 'inTestMs'), 1),
          show(inFile, 1),
          show(ratio, 2),
          near ? 'hit' : 'MISS'
        ]
      })
  })
  return `overheadMs of the report against the difference to the plain run\n${alignColumns([HEAD, ...rows], 2)}`
}
