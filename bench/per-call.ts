import type { BenchCase } from './cases.ts'
import { show } from './columns.ts'
import type { Sample } from './rounds.ts'
import { differenceOf, samplesOf } from './statistics.ts'

/** What the plugin adds to each of a case's calls. */
export function formatPerCall(cases: readonly BenchCase[], samples: readonly Sample[]): string {
  const lines = cases.flatMap(({ id, perCall, variants }) => {
    if (perCall === undefined) return []
    const base = samplesOf(samples, id, variants[0]!.name)
    return variants
      .filter((variant) => variant.package !== undefined)
      .map(({ name }) => {
        const addedMs = differenceOf(samplesOf(samples, id, name), base, 'inTestMs')
        const micros = addedMs === undefined ? undefined : (addedMs * 1e3) / perCall.calls
        const verdict = micros === undefined ? '' : micros <= perCall.targetMicros ? 'hit' : 'MISS'
        return `(${id}) ${name}: ${show(micros, 2)} µs more for each call, target ${perCall.targetMicros} µs  ${verdict}`
      })
  })
  return lines.join('\n')
}
