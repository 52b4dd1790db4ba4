import type { TestCase, TestModule } from 'vitest/node'
import { createAllowance } from '../analysis/allow.ts'
import { judgeRun, type FileResults } from '../analysis/run-budgets.ts'
import { mergeFindings } from '../analysis/rules.ts'
import { RESULT_KEY } from '../channel.ts'
import type { Finding, Report, ResolvedOptions, TestReport } from '../model.ts'
import type { ScopeResult } from '../records/results.ts'
import { compileAllow, unmatchedEntries } from './allow.ts'
import { fileOf } from './files.ts'

export interface RunContext {
  startedAt: Date
  versions: Report['versions']
  notices: readonly string[]
  /** Findings about workers that were ended. */
  stuck: readonly Finding[]
  root: string
  filtered: boolean
}

/** Brings the results of all workers together, and judges what only the whole run can tell. */
export function collectResults(
  modules: readonly TestModule[],
  options: ResolvedOptions,
  { startedAt, versions, notices, stuck, root, filtered }: RunContext
): { report: Report; fails: boolean } {
  const files = modules.map((module) => collectFile(module, root))
  const results = files.flatMap(({ results: each }) => each)
  const run = judgeRun(files, options, filtered)
  const allowance = createAllowance(compileAllow(options.allow))
  const findings = mergeFindings([...results.flatMap((result) => result.findings), ...[...stuck, ...run.findings].map(allowance.apply)])
  const matched = [...allowance.matched(), ...results.flatMap(({ allowed = [] }) => allowed)]
  const ran = results.some(({ summary }) => summary !== undefined)
  const unmatched = filtered || !ran ? [] : unmatchedEntries(options.allow, matched)
  const budgets = [...results.flatMap((result) => result.budgets), ...run.budgets]
  const used = new Set(results.map(({ backend }) => backend))
  const report: Report = {
    schemaVersion: 1,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    versions,
    backend: { used: used.size === 0 ? 'none' : [...used].join(' and ') },
    overheadMs: results.reduce((sum, { overheadMs }) => sum + overheadMs, 0),
    notices: [...new Set([...notices, ...run.notices, ...unmatched, ...results.flatMap((result) => result.notices)])],
    counted: { leftovers: results.reduce((sum, { leftoversCounted = 0 }) => sum + leftoversCounted, 0) },
    findings,
    budgets,
    tests: files.flatMap(({ tests }) => tests)
  }
  return { report, fails: findings.some(isFailure) || results.some(({ fails }) => fails === true) }
}

/** An unhandled error is Vitest's to fail the run for, or not to, if its config says so. */
const isFailure = ({ rule, severity, status }: Finding): boolean => severity === 'error' && status === 'new' && rule !== 'unhandled-rejection'

function collectFile(module: TestModule, root: string): FileResults & { tests: TestReport[] } {
  const tests: TestReport[] = []
  const results: ScopeResult[] = []
  const fileResult = resultOf(module)
  if (fileResult !== undefined) results.push(fileResult)
  const file = fileOf(module, root)
  for (const test of module.children.allTests()) {
    const result = resultOf(test)
    if (result !== undefined) results.push(result)
    const profile = result?.summary
    tests.push({ file, name: fullName(test), state: test.result().state, ...(profile && { profile }) })
  }
  return { file, results, tests }
}

const resultOf = (entity: { meta(): object }): ScopeResult | undefined =>
  (entity.meta() as { [RESULT_KEY]?: ScopeResult })[RESULT_KEY]

const fullName = (test: TestCase): string => test.fullName
