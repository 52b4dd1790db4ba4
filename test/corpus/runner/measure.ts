import { type Combination, nameOf } from './combinations.ts'
import { describeFaults } from './details.ts'
import { readExpectations } from './expectations.ts'
import { judge, type Outcome } from './judge.ts'
import { partsOf } from './parts.ts'
import { runProject } from './run-project.ts'
import { PROJECT, type Sandbox } from './sandbox.ts'
import { missedBars, scoreOf } from './score.ts'
import type { Row } from './table.ts'

/** What one combination came to. */
export interface Measured {
  combination: Combination
  outcome: Outcome
  /** For stalls, for leftovers and for stacks. */
  rows: Row[]
  /** Empty: it is good. */
  missedBars: string[]
  /** A line for everything that was wrong. */
  faults: string[]
}

export async function measure(sandbox: Sandbox, combination: Combination, only?: string): Promise<Measured> {
  const outcome = judge(await runProject(sandbox, combination, { only }), readExpectations(PROJECT), combination)
  const rows = rowsOf(nameOf(combination), combination.backend, outcome)
  return {
    combination,
    outcome,
    rows,
    missedBars: rows.flatMap(({ missedBars }) => missedBars),
    faults: partsOf(outcome, combination.backend).flatMap((part) => describeFaults(part.outcome, part.bars))
  }
}

export function rowsOf(name: string, backend: Combination['backend'], outcome: Outcome): Row[] {
  return partsOf(outcome, backend).map((part) => ({
    name: `${part.name}, ${name}`,
    score: scoreOf(part.outcome),
    missedBars: missedBars(part.outcome, part.bars).map((text) => `${part.name}: ${text}`)
  }))
}
