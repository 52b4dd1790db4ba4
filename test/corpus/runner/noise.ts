import { NOISE_BARS } from '../bars.ts'
import { startBusyProcesses } from './busy-processes.ts'
import { type Combination, nameOf } from './combinations.ts'
import { describeFinding, describeMissed } from './details.ts'
import { readExpectations } from './expectations.ts'
import { judge } from './judge.ts'
import { match } from './match.ts'
import { runProject } from './run-project.ts'
import { PROJECT, type Sandbox } from './sandbox.ts'

/** What one combination came to on a machine that is busy with other things. */
export interface Noise extends Figures {
  name: string
  runs: number
  /** Findings and budget verdicts of the clean half, over all runs. */
  inconclusive: number
  /** The same budgets, in one run, as Node's own histogram would have it. */
  byLoopDelay: { budgets: number; broken: number }
  missedBars: string[]
  /** A line for everything that was wrong. */
  faults: string[]
}

interface Figures {
  /** Of the clean half, over all runs. */
  falseAlarms: number
  budgets: number
  brokenBudgets: number
  /** Of the planted stalls; one that is no more than inconclusive is not found. */
  recall: number
}

/** @param tell is given what is being done */
export async function measureNoise(sandbox: Sandbox, combination: Combination, runs: number, tell: (text: string) => void): Promise<Noise> {
  const stop = await startBusyProcesses()
  try {
    const clean: CleanRun[] = []
    for (let run = 1; run <= runs; run++) {
      tell(`clean half, ${run} of ${runs}`)
      clean.push(await runCleanHalf(sandbox, combination))
    }
    tell('clean half, judged by monitorEventLoopDelay')
    const { delays } = await runProject(sandbox, combination, { half: 'clean', judge: 'loop-delay' })
    tell('faulty half')
    const { found, missed, doubted } = judge(
      await runProject(sandbox, combination, { half: 'faulty' }),
      readExpectations(PROJECT),
      combination
    )
    const figures: Figures = {
      falseAlarms: sum(clean, ({ falseAlarms }) => falseAlarms.length),
      budgets: sum(clean, ({ budgets }) => budgets),
      brokenBudgets: sum(clean, ({ brokenBudgets }) => brokenBudgets.length),
      recall: found.length / (found.length + missed.length + doubted.length)
    }
    return {
      name: nameOf(combination),
      runs,
      ...figures,
      inconclusive: sum(clean, ({ inconclusive }) => inconclusive),
      byLoopDelay: { budgets: delays.length, broken: delays.filter(({ measuredMs, allowedMs }) => measuredMs > allowedMs).length },
      missedBars: missedNoiseBars(figures),
      faults: [...clean.flatMap(({ falseAlarms, brokenBudgets }) => [...falseAlarms, ...brokenBudgets]), ...describeMissed(missed, doubted)]
    }
  } finally {
    await stop()
  }
}

interface CleanRun {
  /** A line for each. */
  falseAlarms: string[]
  budgets: number
  /** A line for each. */
  brokenBudgets: string[]
  inconclusive: number
}

async function runCleanHalf(sandbox: Sandbox, combination: Combination): Promise<CleanRun> {
  const { findings, budgets } = (await runProject(sandbox, combination, { half: 'clean' })).report!
  const definite = findings.filter(({ confidence }) => confidence !== 'inconclusive')
  return {
    // What a module leaves behind was planted, whichever tests run.
    falseAlarms: match(readExpectations(PROJECT), definite)
      .falseAlarms.filter(({ rule }) => rule !== 'lag-budget')
      .map((finding) => `false alarm ${describeFinding(finding)}`),
    budgets: budgets.length,
    brokenBudgets: budgets
      .filter(({ verdict }) => verdict === 'over')
      .map(
        ({ budget, measured, allowed, scope }) =>
          `broken budget ${budget} ${measured.toFixed(1)} > ${allowed}, ${scope.file}, ${scope.test}`
      ),
    inconclusive: findings.length - definite.length + budgets.filter(({ verdict }) => verdict === 'inconclusive').length
  }
}

function missedNoiseBars({ falseAlarms, budgets, brokenBudgets, recall }: Figures): string[] {
  return [
    ...(falseAlarms > NOISE_BARS.falseAlarms ? [`${falseAlarms} false alarms`] : []),
    ...(brokenBudgets > NOISE_BARS.brokenBudgets ? [`${brokenBudgets} of ${budgets} budgets broken`] : []),
    // Else silence would mean nothing.
    ...(budgets === 0 ? ['no budget was judged'] : []),
    ...(recall < NOISE_BARS.recall ? [`recall ${(recall * 100).toFixed(1)} % < ${NOISE_BARS.recall * 100} %`] : [])
  ]
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0)
