import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheName, configName, type Project } from './project.ts'
import type { FileRecord } from './suites/record.ts'

/** What one `vitest run` took. Times are milliseconds. */
export interface Measured {
  /** The whole process, its start included. */
  wallMs: number
  /** User and system time of the process and its workers; not known without GNU time. */
  cpuMs: number | undefined
  /** Inside the tests' bodies, summed over files. */
  inTestMs: number
  /** From each file's collection to its `afterAll`, so with what the profiler does before and between tests. */
  inFileMs: number
  /** Peak resident memory of the largest worker. */
  workerBytes: number
  /** The plugin's own figure. */
  overheadMs: number | undefined
}

const TIME = '/usr/bin/time'
const hasTime = existsSync(TIME)

/** @throws when the run fails: its times would mean nothing */
export function launch(project: Project, id: string, variant: number, first: boolean): Measured {
  const { root, vitest, records, report } = project
  const times = join(root, 'times')
  for (const path of [records, report, times, ...(first ? [join(root, cacheName(id, variant))] : [])]) rmSync(path, { recursive: true, force: true })
  const command = [process.execPath, vitest, 'run', '--config', configName(id, variant), '--dir', id]
  const [file, ...args] = hasTime ? [TIME, '-o', times, '-f', '%U %S', ...command] : command
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(file!, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, BENCH_RECORDS: records, CI: first ? 'true' : '' },
  })
  const wallMs = performance.now() - began
  if (status !== 0) throw new Error(`${command.join(' ')} in ${root} ended with ${status}\n${stdout}${stderr}`)
  const files = readFileSync(records, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as FileRecord)
  return {
    wallMs,
    cpuMs: hasTime ? cpuTime(readFileSync(times, 'utf8')) : undefined,
    inTestMs: files.reduce((sum, { inTestMs }) => sum + inTestMs, 0),
    inFileMs: files.reduce((sum, { inFileMs }) => sum + inFileMs, 0),
    workerBytes: Math.max(...files.map(({ peakBytes }) => peakBytes)),
    overheadMs: existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as { overheadMs: number }).overheadMs : undefined,
  }
}

const cpuTime = (text: string): number => text.trim().split(' ').reduce((sum, seconds) => sum + Number(seconds) * 1e3, 0)
