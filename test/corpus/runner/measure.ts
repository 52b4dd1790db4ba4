import { BARS } from '../bars.ts'
import { type Combination, nameOf } from './combinations.ts'
import { describeFaults } from './details.ts'
import { readExpectations } from './expectations.ts'
import { judge, type Outcome } from './judge.ts'
import { runProject } from './run-project.ts'
import { PROJECT, type Sandbox } from './sandbox.ts'
import { missedBars, type Score, scoreOf } from './score.ts'

/** What one combination came to. */
export interface Measured {
  combination: Combination
  name: string
  outcome: Outcome
  score: Score
  /** Empty: it is good. */
  missedBars: string[]
  /** A line for everything that was wrong. */
  faults: string[]
}

export async function measure(sandbox: Sandbox, combination: Combination, only?: string): Promise<Measured> {
  const outcome = judge(await runProject(sandbox, combination, { only }), readExpectations(PROJECT), combination)
  const bars = BARS[combination.backend]
  return {
    combination,
    name: nameOf(combination),
    outcome,
    score: scoreOf(outcome),
    missedBars: missedBars(outcome, bars),
    faults: describeFaults(outcome, bars),
  }
}
