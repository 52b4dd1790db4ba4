import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { BenchCase } from './cases.ts'
import type { Project } from './project.ts'
import type { FileRecord } from './suites/record.ts'

/** What one `vitest run` took. Times are milliseconds. */
export interface Measured {
  /** The whole process, its start included. */
  wallMs: number
  /** User and system time of the process and its workers; not known without GNU time. */
  cpuMs: number | undefined
  /** Inside the tests' bodies, summed over files; not known of other projects' suites, as is the next one. */
  inTestMs: number | undefined
  /** From each file's collection to its `afterAll`, so with what the profiler does before and between tests. */
  inFileMs: number | undefined
  /** Peak resident memory of the largest worker; of other projects' suites, of the largest process. */
  workerBytes: number | undefined
  /** The plugin's own figure. */
  overheadMs: number | undefined
}

const TIME = '/usr/bin/time'
const hasTime = existsSync(TIME)
/** Bytes: other projects' suites print what they like. */
const MAX_OUTPUT = 100_000_000

/** @throws when the run fails: its times would mean nothing */
export function launch(project: Project, bench: BenchCase, variant: number, first: boolean): Measured {
  const { records, report, times } = project
  const plan = project.planOf(bench, variant)
  for (const path of [records, report, times, ...(first ? [plan.cache] : [])]) rmSync(path, { recursive: true, force: true })
  const command = [process.execPath, ...plan.args]
  const [file, ...args] = hasTime ? [TIME, '-o', times, '-f', '%U %S %M', ...command] : command
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(file!, args, {
    cwd: plan.cwd,
    maxBuffer: MAX_OUTPUT,
    encoding: 'utf8',
    env: { ...process.env, BENCH_RECORDS: records, CI: first ? 'true' : '' }
  })
  const wallMs = performance.now() - began
  if (status !== 0) throw new Error(`${command.join(' ')} in ${plan.cwd} ended with ${status}\n${stdout}${stderr}`)
  const files =
    'folder' in bench.suite
      ? []
      : readFileSync(records, 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as FileRecord)
  const [user, system, peakKb] = hasTime ? readFileSync(times, 'utf8').trim().split(/\s/).map(Number) : []
  return {
    wallMs,
    cpuMs: user === undefined || system === undefined ? undefined : (user + system) * 1e3,
    inTestMs: files.length === 0 ? undefined : files.reduce((sum, { inTestMs }) => sum + inTestMs, 0),
    inFileMs: files.length === 0 ? undefined : files.reduce((sum, { inFileMs }) => sum + inFileMs, 0),
    workerBytes: files.length > 0 ? Math.max(...files.map(({ peakBytes }) => peakBytes)) : peakKb && peakKb * 1024,
    overheadMs: existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as { overheadMs: number }).overheadMs : undefined
  }
}
