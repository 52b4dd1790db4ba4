import type { TestCase, TestModule } from 'vitest/node'
import { createAllowance } from '../analysis/allow.ts'
import { judgeRun, type FileResults } from '../analysis/budgets/run-budgets.ts'
import { failsRun } from '../analysis/failing.ts'
import { mergeFindings } from '../analysis/rules/find.ts'
import type { Finding } from '../model/finding.ts'
import type { Report, TestReport } from '../model/report.ts'
import type { ScopeResult } from '../model/results.ts'
import { compileAllow, unmatchedEntries } from './allow.ts'
import { fileOf } from './files.ts'
import type { ModulesOfPart } from './parts.ts'
import { resultOf } from './results.ts'

export interface RunContext {
  startedAt: Date
  /** What the overhead is a share of. */
  durationMs: number
  versions: Report['versions']
  notices: readonly string[]
  /** Why the run fails, as far as that is known before its results. */
  failures: readonly string[]
  /** Findings about workers that were ended. */
  stuck: readonly Finding[]
  root: string
  filtered: boolean
}

export interface Collected {
  report: Report
  /** Whether the run must fail, be it that a failed test shows it or not. */
  fails: boolean
  /** Errors of files as a whole, which no worker knew of. */
  ofFiles: Finding[]
}

/**
 * Brings the results of all workers together, and judges what only the whole run can tell.
 * @param parts the first one's options hold for workers
 */
export function collectResults(parts: readonly ModulesOfPart[], context: RunContext): Collected {
  const { startedAt, durationMs, versions } = context
  const judged = parts.map((part, index) => judgePart(part, index === 0 ? context : { ...context, stuck: [] }))
  const files = judged.flatMap((part) => part.files)
  const results = files.flatMap(({ results: each }) => each)
  const findings = mergeFindings(judged.flatMap((part) => part.findings))
  const failures = unique([...context.failures, ...judged.flatMap((part) => part.failures)])
  const used = new Set(results.map(({ backend }) => backend))
  const report: Report = {
    schemaVersion: 1,
    startedAt: startedAt.toISOString(),
    durationMs,
    versions,
    backend: { used: used.size === 0 ? 'none' : [...used].join(' and ') },
    overheadMs: sum(results, ({ overheadMs }) => overheadMs),
    notices: unique([...context.notices, ...judged.flatMap(({ notices }) => notices), ...results.flatMap(({ notices }) => notices)]),
    ...(failures.length > 0 && { failures }),
    counted: {
      leftovers: sum(results, ({ leftoversCounted }) => leftoversCounted),
      stolen: sum(results, ({ uncertain }) => uncertain?.stolen),
      doubtful: sum(results, ({ uncertain }) => uncertain?.doubtful)
    },
    findings,
    budgets: judged.flatMap(({ budgets }) => budgets),
    tests: files.flatMap(({ tests }) => tests)
  }
  return { report, fails: failures.length > 0 || findings.some(failsRun), ofFiles: judged.flatMap(({ ofFiles }) => ofFiles) }
}

interface CollectedFile extends FileResults {
  tests: TestReport[]
  failures: string[]
}

interface Judged extends Pick<Report, 'findings' | 'budgets' | 'notices'>, Pick<Collected, 'ofFiles'> {
  files: CollectedFile[]
  failures: string[]
}

function judgePart({ modules, options }: ModulesOfPart, { stuck, root, filtered }: RunContext): Judged {
  const files = modules.map((module) => collectFile(module, root))
  const results = files.flatMap(({ results: each }) => each)
  const run = judgeRun(files, options, filtered)
  const allowance = createAllowance(compileAllow(options.allow))
  const ofRun = run.findings.map(allowance.apply)
  const ofFiles = ofRun.filter(failsRun)
  const findings = [...results.flatMap((result) => result.findings), ...stuck.map(allowance.apply), ...ofRun]
  const matched = [...allowance.matched(), ...results.flatMap(({ allowed = [] }) => allowed)]
  const ran = results.some(({ summary }) => summary !== undefined)
  const unmatched = filtered || !ran ? [] : unmatchedEntries(options.allow, matched)
  const strict = options.rules['lag-budget'] === 'error'
  return {
    files,
    findings,
    ofFiles,
    budgets: [...results.flatMap((result) => result.budgets), ...run.budgets],
    notices: [...(strict ? [] : run.unmatched), ...unmatched],
    failures: [...(strict ? run.unmatched : []), ...ofFiles.map(({ message }) => message), ...files.flatMap(({ failures }) => failures)]
  }
}

function collectFile(module: TestModule, root: string): CollectedFile {
  const collected: CollectedFile & { results: ScopeResult[] } = { file: fileOf(module, root), results: [], tests: [], failures: [] }
  const fileResult = resultOf(module)
  if (fileResult !== undefined) addResult(collected, fileResult)
  for (const test of module.children.allTests()) {
    const result = resultOf(test)
    if (result !== undefined) addResult(collected, result)
    const isOfTest = (finding: Finding): boolean => finding.test?.name === test.fullName
    if (
      test.options.fails === true &&
      (result?.findings.some(failsRun) || fileResult?.findings.some((finding) => isOfTest(finding) && failsRun(finding)))
    )
      collected.failures.push(`${collected.file} > ${test.fullName} is expected to fail, and would hide what was found in it`)
    const profile = result?.summary
    collected.tests.push({ file: collected.file, name: fullName(test), state: test.result().state, ...(profile && { profile }) })
  }
  return collected
}

function addResult({ results, failures }: CollectedFile & { results: ScopeResult[] }, result: ScopeResult): void {
  results.push(result)
  if (result.failure !== undefined) failures.push(result.failure)
}

const fullName = (test: TestCase): string => test.fullName

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

const sum = (results: readonly ScopeResult[], numberOf: (result: ScopeResult) => number | undefined): number =>
  results.reduce((total, result) => total + (numberOf(result) ?? 0), 0)
