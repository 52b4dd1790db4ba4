import type { BenchCase } from './cases.ts'
import { launch, type Measured } from './launch.ts'
import type { Project } from './project.ts'
import type { Settings } from './settings.ts'

/** One run of one variant. */
export interface Sample extends Measured {
  id: string
  variant: string
  round: number
}

/** Takes a minute in the case of many awaits, and is only there for comparison. */
const LEAKS_ROUNDS = 3

/** Runs all variants of a case next to each other, in an order that rotates: a slow minute of the machine hits all. */
export function runRounds(
  project: Project,
  cases: readonly BenchCase[],
  { rounds, first }: Pick<Settings, 'rounds' | 'first'>,
  tell: (text: string) => void
): Sample[] {
  const samples: Sample[] = []
  // What a run remembers is there from its second one on.
  if (!first)
    for (const each of cases)
      for (const [index, { leaks }] of each.variants.entries()) if (leaks !== true) launch(project, each, index, first)
  for (let round = 0; round < rounds; round++) {
    for (const each of cases) {
      const { id, variants } = each
      for (let i = 0; i < variants.length; i++) {
        const index = (i + round) % variants.length
        if (variants[index]!.leaks === true && round >= LEAKS_ROUNDS) continue
        const measured = launch(project, each, index, first)
        const variant = variants[index]!.name
        samples.push({ id, variant, round, ...measured })
        const inTest = measured.inTestMs === undefined ? '' : `, in test ${Math.round(measured.inTestMs)} ms`
        tell(`${round + 1}/${rounds} ${id} ${variant}: ${Math.round(measured.wallMs)} ms${inTest}`)
      }
    }
  }
  return samples
}
