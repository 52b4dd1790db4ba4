import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import picocolors from 'picocolors'
import type { Reporter, SerializedError, TestModule, TestRunEndReason, Vitest } from 'vitest/node'
import { type Options, resolveOptions } from './options.ts'
import type { Finding, Report, ResolvedOptions } from './model.ts'
import { collectResults } from './reporter/collect.ts'
import { cutOffFiles } from './reporter/cut-off.ts'
import { formatJson } from './report/json.ts'
import { rememberFlagged } from './reporter/flagged.ts'
import { type StuckWorkers, watchWorkers } from './reporter/stuck-workers.ts'
import { ownsStdout } from './reporter/stdout.ts'
import { doubledPlugin, unprofiledProjects } from './reporter/projects.ts'
import { unavailableOptions } from './reporter/unavailable.ts'
import { formatStuckWorker } from './report/stuck-worker.ts'
import { formatTerminal, type TerminalStyle } from './report/terminal.ts'
import { VERSION } from './version.ts'

/** Sums the run up in the terminal and in files, and fails it where findings or budgets say so. */
export default class AsyncProfilerReporter implements Reporter {
  private readonly options: ResolvedOptions
  private vitest: Vitest | undefined
  private workers: StuckWorkers | undefined
  private startedAt = new Date()
  private runs = 0

  /** @throws `ERR_OPTION` */
  constructor(options?: Options) {
    this.options = resolveOptions(options)
  }

  onInit(vitest: Vitest): void {
    this.vitest = vitest
    this.workers = watchWorkers(vitest, this.options, (finding) => this.tell(finding, vitest))
  }

  onTestRunStart(): void {
    this.startedAt = new Date()
    this.runs++
    this.workers?.start()
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const { vitest } = this
    const stuck = this.workers?.stop() ?? []
    if (vitest === undefined) return
    const { report, fails } = collectResults(modules, this.options, {
      startedAt: this.startedAt,
      versions: { node: process.versions.node, vitest: vitest.version, plugin: VERSION },
      notices: [...doubledPlugin(vitest), ...unprofiledProjects(vitest), ...unavailableOptions(this.options), ...cutOffFiles(modules, reason, vitest.config.root)],
      stuck,
      root: vitest.config.root,
      // Watch mode runs again what a change concerns.
      filtered: isFiltered(vitest) || this.runs > 1 || reason === 'interrupted'
    })
    rememberFlagged(vitest, report)
    this.write(report, vitest.config.root)
    this.print(report, vitest)
    // An error that is thrown here would take the other reporters' output with it.
    if (fails) process.exitCode = 1
  }

  /** At once: the summary comes when the run ends, and somebody may be waiting for it. */
  private tell(finding: Finding, vitest: Vitest): void {
    vitest.logger.error(`\n${formatStuckWorker(finding, styleFor(process.stderr))}\n`)
  }

  private write(report: Report, root: string): void {
    const { json } = this.options.report
    if (json === undefined) return
    const path = resolve(root, json)
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, formatJson(report))
    } catch (error) {
      report.notices.push(`report.json could not be written to ${json}: ${(error as Error).message}; the tests' results are not affected`)
      process.exitCode = 1
    }
  }

  private print(report: Report, vitest: Vitest): void {
    if ([report.tests, report.findings, report.notices].every(({ length }) => length === 0)) return
    const stream = ownsStdout(vitest) ? process.stderr : process.stdout
    const text = formatTerminal(report, styleFor(stream), (file) => readSource(resolve(vitest.config.root, file)))
    if (stream === process.stderr) vitest.logger.error(`\n${text}\n`)
    else vitest.logger.log(`${text}\n`)
  }
}

function styleFor({ columns = 0, isTTY }: NodeJS.WriteStream): TerminalStyle {
  // Picocolors asks standard output only.
  const redirected = process.stdout.isTTY && !isTTY
  return { color: picocolors.isColorSupported && !redirected, columns, unicode: process.env.TERM !== 'linux' }
}

interface Filters {
  related?: unknown
  changed?: unknown
  shard?: unknown
  testNamePattern?: unknown
  project?: string | string[]
}

/** A run of a part of the files or tests says nothing about globs that match none. */
function isFiltered(vitest: Vitest): boolean {
  const { filenamePattern } = vitest as unknown as { filenamePattern?: readonly string[] }
  const { related, changed, shard, testNamePattern, project = [] } = vitest.config as Filters
  return (filenamePattern?.length ?? 0) > 0 || [related, changed, shard, testNamePattern, [project].flat().length].some(Boolean)
}

function readSource(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
