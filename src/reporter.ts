import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import picocolors from 'picocolors'
import type { Reporter, SerializedError, TestModule, TestRunEndReason, TestSpecification, Vitest } from 'vitest/node'
import { inCI } from './reporter/in-ci.ts'
import { type Options, resolveOptions } from './config/options.ts'
import { VERSION } from './config/version.ts'
import type { Finding } from './model/finding.ts'
import type { ResolvedOptions } from './model/options.ts'
import type { Report } from './model/report.ts'
import { COPY, REPORTER_KEY } from './protocol/worker-config.ts'
import { formatJson } from './report/json.ts'
import { formatStuckWorker } from './report/terminal/stuck-worker.ts'
import { formatTerminal, type TerminalStyle } from './report/terminal/terminal.ts'
import { type Collected, collectResults, type RunContext } from './reporter/collect.ts'
import { cutOffFiles } from './reporter/cut-off.ts'
import { runDurationMs } from './reporter/duration.ts'
import { Memory } from './reporter/earlier-runs/memory.ts'
import { fileOf } from './reporter/files.ts'
import { Parts } from './reporter/parts.ts'
import { doubledPlugin, unprofiledProjects } from './reporter/projects.ts'
import { ownsStdout } from './reporter/stdout.ts'
import { type StuckWorkers, watchWorkers } from './reporter/watchdog/stuck-workers.ts'
import { beforeReporters } from './vitest/main/before-reporters.ts'
import { failFile } from './vitest/main/fail-file.ts'

/** Sums the run up in the terminal and in files, and fails it where findings or budgets say so. */
export default class AsyncProfilerReporter implements Reporter {
  /** See `runningReporter`. */
  readonly [COPY] = VERSION
  /** What the plugins of this run judge, each of them. */
  readonly parts = new Parts()
  /** What is not as it should be in the config, though it does no harm. */
  readonly notices = new Set<string>()
  private readonly options: ResolvedOptions
  private vitest: Vitest | undefined
  private workers: StuckWorkers | undefined
  private memory: Memory | undefined
  private judged: Collected | undefined
  private startedAt = new Date()
  private runs = 0
  /** Whether a file was to run some of its tests only. */
  private partial = false

  /** @throws `ERR_OPTION` */
  constructor(options?: Options) {
    this.options = resolveOptions(options)
  }

  onInit(vitest: Vitest): void {
    this.vitest = vitest
    // In CI all is looked at in full: that is where findings decide, and where a cache may be anybody's.
    if (!inCI()) this.memory = new Memory(vitest)
    for (const project of vitest.projects) project.provide(REPORTER_KEY as never, true as never)
    this.workers = watchWorkers(vitest, this.options, (finding) => this.tell(finding, vitest))
    // A budget of the whole run fails a file: that must be known before other reporters draw up their results.
    beforeReporters(vitest, (modules, _errors, reason) => this.judge(vitest, modules, reason))
  }

  /** @param specifications missing where the reporter came when the run had begun */
  onTestRunStart(specifications: readonly TestSpecification[] = []): void {
    this.startedAt = new Date()
    this.runs++
    this.partial = specifications.some(namesTests)
    this.judged = undefined
    this.workers?.start()
    this.remember((memory) => memory.tell(specifications))
  }

  onTestRunEnd(modules: readonly TestModule[], _errors: readonly SerializedError[], reason: TestRunEndReason): void {
    const { vitest } = this
    if (vitest === undefined) return
    this.judge(vitest, modules, reason)
    const { judged } = this
    if (judged === undefined) return
    this.print(judged.report, vitest)
    // An error that is thrown here would take the other reporters' output with it.
    if (judged.fails) process.exitCode = 1
  }

  /** Once for each run. */
  private judge(vitest: Vitest, modules: readonly TestModule[], reason: TestRunEndReason): void {
    if (this.judged !== undefined) return
    const { root } = vitest.config
    const stuck = this.workers?.stop() ?? []
    const parts = this.parts.split(modules, { options: this.options, folder: root })
    const projects = unprofiledProjects(vitest, this.options)
    const context: RunContext = {
      startedAt: this.startedAt,
      durationMs: runDurationMs(vitest, this.startedAt),
      versions: { node: process.versions.node, vitest: vitest.version, plugin: VERSION },
      notices: [...this.notices, ...doubledPlugin(vitest), ...projects.notices, ...cutOffFiles(modules, reason, root)],
      failures: projects.failures,
      stuck,
      root,
      // Watch mode runs again what a change concerns.
      filtered: isFiltered(vitest) || this.runs > 1 || reason === 'interrupted'
    }
    const judged = collectResults(parts, context)
    this.judged = judged
    for (const finding of judged.ofFiles) {
      const module = modules.find((each) => fileOf(each, root) === finding.file)
      if (module !== undefined) failFile(module, finding, (file) => resolve(root, file))
    }
    if (reason !== 'interrupted') this.remember((memory) => memory.keep(modules, judged.report, !this.partial && ranAll(vitest, reason)))
    for (const part of parts) {
      if (part.options.report.json === undefined) continue
      // The root's has all of the run; a project's own, what is the project's.
      const report =
        part.folder === root ? judged.report : collectResults([part], { ...context, notices: [], failures: [], stuck: [] }).report
      this.write(report, { folder: part.folder, json: part.options.report.json }, judged)
    }
  }

  /** A run does not depend on it: without it all files are looked at in full. */
  private remember(work: (memory: Memory) => void): void {
    if (this.memory === undefined) return
    try {
      work(this.memory)
    } catch (error) {
      this.memory = undefined
      this.notices.add(`what earlier runs have found is not used: ${(error as Error).message}`)
    }
  }

  /** At once: the summary comes when the run ends, and somebody may be waiting for it. */
  private tell(finding: Finding, vitest: Vitest): void {
    vitest.logger.error(`\n${formatStuckWorker(finding, styleFor(process.stderr))}\n`)
  }

  private write(report: Report, { folder, json }: { folder: string; json: string }, judged: Collected): void {
    const path = resolve(folder, json)
    try {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, formatJson(report))
    } catch (error) {
      ;(judged.report.failures ??= []).push(`report.json could not be written to ${json}: ${(error as Error).message}`)
      judged.fails = true
    }
  }

  private print(report: Report, vitest: Vitest): void {
    if ([report.tests, report.findings, report.notices, report.failures ?? []].every(({ length }) => length === 0)) return
    const stream = ownsStdout(vitest) ? process.stderr : process.stdout
    const text = formatTerminal(report, styleFor(stream), (file) => readSource(resolve(vitest.config.root, file)), this.options.report.json)
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

/** A file that was named on the command line has empty lists. */
const namesTests = ({ testLines = [], testIds = [], testNamePattern }: TestSpecification): boolean =>
  testLines.length > 0 || testIds.length > 0 || testNamePattern !== undefined

/** Whether all tests of the files were to run. */
function ranAll(vitest: Vitest, reason: TestRunEndReason): boolean {
  const { tagsFilter, bail } = vitest.config as { tagsFilter?: readonly string[]; bail: number }
  return vitest.getGlobalTestNamePattern() === undefined && (tagsFilter?.length ?? 0) === 0 && (bail === 0 || reason === 'passed')
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
