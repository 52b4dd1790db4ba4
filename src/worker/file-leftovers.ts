import { createAllowance } from '../analysis/allow.ts'
import type { Left } from '../analysis/profile.ts'
import type { Finding } from '../model/finding.ts'
import type { Leftovers, Rejected } from '../model/leftovers.ts'
import type { TestRef } from '../model/place.ts'
import type { BudgetVerdict } from '../model/report.ts'
import type { Scope } from '../session/scope/scope.ts'
import type { TestOfFile, WorkerState } from './state.ts'

export interface JudgedLeftovers {
  findings: Finding[]
  budgets: BudgetVerdict[]
  allowed?: string[]
  leaks: number
  leftoversCounted: number
  /** Findings that fail a test which is over. */
  late: { test: TestOfFile; findings: Finding[] }[]
}

/** What the tests and hooks of a file have left behind, by the rules of each. @param lost a hook of the file was given up */
export async function judgeLeftovers(state: WorkerState, file: Scope, { lost }: { lost: boolean }): Promise<JudgedLeftovers> {
  const { profiler, options, allow, tests } = state
  const left = await profiler.leftovers.atEnd(file, { lost })
  const allowance = createAllowance(allow)
  const judged: JudgedLeftovers = { findings: [], budgets: [], leaks: 0, leftoversCounted: left.counted, late: [] }
  const name = file.file ?? ''
  for (const [ref, ofTest] of byTest(left, profiler.rejections.take(), tests)) {
    const test = ref && tests.get(ref)
    const rules = test?.rules ?? options.rules
    const find = (of: Left, by: TestOfFile['rules']): Finding[] =>
      profiler.findLeftovers(of, { file: name, rules: by, blockingThreshold: 0, allow: allowance.apply })
    const findings = find(ofTest, rules)
    // Counted for budgets though their rule is off.
    const counted =
      rules['leaked-resource'] === 'off'
        ? find({ ...ofTest, promises: [], rejected: [] }, { ...rules, 'leaked-resource': 'warn' })
        : findings
    const leaks = counted
      .filter(({ rule, status }) => rule === 'leaked-resource' && status === 'new')
      .map(({ occurrences: count, location }) => ({ count, ...(location && { location }) }))
    judged.leaks += leaks.reduce((sum, { count }) => sum + count, 0)
    const limit = test?.budgets?.leaks
    const setting = rules['lag-budget']
    if (limit !== undefined && setting !== 'off') {
      const verdicts = profiler.judgeBudget(
        { leaks: limit },
        { lag: undefined, blocking: [], syncCalls: 0, syncPlaces: () => [], leaks },
        { file: name, test: ref!.name }
      )
      judged.budgets.push(...verdicts)
      findings.push(
        ...verdicts
          .filter(({ verdict }) => verdict === 'over')
          .map((verdict) => allowance.apply(profiler.lagBudgetFinding(verdict, setting)))
      )
    }
    judged.findings.push(...findings)
    if (test !== undefined) judged.late.push({ test, findings })
  }
  // A timer of one test may keep the loop in another one's time: it is the first one's all the same.
  const testOf = (scope: Scope): TestOfFile | undefined => scope.test && tests.get(scope.test)
  for (const { test: scope, observed } of profiler.observeLate((ended) => testOf(ended)?.rules ?? options.rules)) {
    const test = testOf(scope)
    const findings = profiler.findAll(observed, {
      file: name,
      rules: test?.rules ?? options.rules,
      blockingThreshold: scope.thresholds.blockingThreshold,
      allow: allowance.apply
    })
    judged.findings.push(...findings)
    if (test !== undefined) judged.late.push({ test, findings })
  }
  tests.clear()
  return { ...judged, ...(allowance.matched().length > 0 && { allowed: allowance.matched() }) }
}

/** Tests that left something, those with a budget for it, and the file itself. */
function byTest(
  { resources, promises }: Leftovers,
  rejected: readonly Rejected[],
  tests: ReadonlyMap<TestRef, TestOfFile>
): Map<TestRef | undefined, Left> {
  interface Group extends Left {
    rejected: Rejected[]
  }
  const groups = new Map<TestRef | undefined, Group>()
  const groupOf = (test: TestRef | undefined): Group => {
    const group = groups.get(test) ?? { resources: [], promises: [], rejected: [] }
    groups.set(test, group)
    return group
  }
  for (const [test, { budgets }] of tests) if (budgets?.leaks !== undefined) groupOf(test)
  for (const each of resources) groupOf(each.culprit.test).resources.push(each)
  for (const each of promises) groupOf(each.culprit.test).promises.push(each)
  for (const each of rejected) groupOf(each.culprit.test).rejected.push(each)
  return groups
}
