import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings, failureMessage, schemaErrors, testStates } from './harness/report.ts'
import { runVitest, type RunOptions, type RunResult } from './harness/run-vitest.ts'

const FILES = readFixture('stuck')
const TIMEOUT = 1500
/** What the contract allows for finding and ending a worker. */
const MARGIN = 5000

const only = (...names: string[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(FILES).filter(([path]) => path.startsWith('src/') || names.some((name) => path.endsWith(`/${name}.test.ts`)))
  )

/** A run whose temporary files are seen. */
interface StuckRun extends RunResult {
  endedAt: number
  /** Names of what it left in the folder for temporary files. */
  left: string[]
}

async function inTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const temporary = mkdtempSync(join(tmpdir(), 'vap-stuck-'))
  try {
    return await work(temporary)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

const run = (options: RunOptions): Promise<StuckRun> => inTemporary((temporary) => runWith(temporary, options))

async function runWith(temporary: string, options: RunOptions): Promise<StuckRun> {
  const result = await runVitest({
    ...options,
    plugin: { stuckTimeout: TIMEOUT, ...options.plugin },
    env: { TMPDIR: temporary, TEMP: temporary, ...options.env }
  })
  return { ...result, endedAt: Date.now(), left: readdirSync(temporary).filter((name) => name.startsWith('vitest-async-profiler-')) }
}

interface Note {
  at: number
  pid: number
}
const noteOf = ({ read }: RunResult, name: string): Note => JSON.parse(read(`stuck-${name}.json`)!) as Note
const latest = (result: RunResult, names: string[]): number => Math.max(...names.map((name) => noteOf(result, name).at))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What was said of each stuck worker while it was stuck, in the order of the texts. */
function told(result: RunResult): string[] {
  const said = normalize(result.stderr, result).matchAll(/^ *Async {2}a worker is stuck.*\n(?: {8}.*\n?)+/gm)
  // Where lines are broken depends on the times in them.
  return Array.from(said, ([text]) => text.replaceAll(/:\d+$/gm, '').replaceAll(/\s+/g, ' ').trim()).toSorted()
}

function ends(result: StuckRun, names: string[]): void {
  expect(result.endedAt - latest(result, names)).toBeLessThan(TIMEOUT + MARGIN)
  expect(result.exitCode).toBe(1)
  expect(result.left).toEqual([])
  expect(names.filter((name) => isAlive(noteOf(result, name).pid))).toEqual([])
  expect(schemaErrors(result)).toEqual([])
  expect(result.stderr).not.toMatch(/Debugger|nodejs\.org/)
}

const RUNS = [
  [5, 'forks', true],
  [4, 'forks', true],
  [5, 'threads', true],
  [4, 'threads', true],
  // Vitest gives all files to the one worker, and would run none after the one that it is ended in.
  [5, 'forks', false],
  [4, 'threads', false]
] as const

describe.each(RUNS)('a request handler that spins: Vitest %i, %s, isolate %s', (vitest, pool, isolate) => {
  let result: StuckRun
  beforeAll(async () => {
    result = await run({ files: only('request', 'one', 'two'), vitest, pool, isolate, args: ['--maxWorkers=1'] })
  })

  test('ends in time, and leaves nothing', () => ends(result, ['request']))

  test('is told with test, request and lines', () => {
    expect(told(result)).toEqual([
      [
        'Async a worker is stuck: its event loop has not turned for <time>',
        'GET /jobs/7?full=1 in test/request.test.ts > jobs > asks for a job',
        'at run src/app.ts:15',
        'at src/app.ts:10',
        'the worker is ended; the run fails'
      ].join(' ')
    ])
  })

  test('keeps the other files, and what ran before', () => {
    expect(testStates(result)).toMatchObject({
      'file one passes': 'passed',
      'file two passes': 'passed',
      'jobs is done before': 'passed',
      'jobs asks for a job': 'failed'
    })
    expect(testStates(result)['jobs comes too late']).not.toBe('passed')
    expect(failureMessage(result, 'jobs asks for a job')).toMatch(
      /^AsyncProfilerError: jobs > asks for a job stopped the event loop: it has not turned for/
    )
  })

  test('is in the report', () => {
    const { findings, tests } = result.report!
    expect(describeFindings(findings)).toEqual(['error stuck-test src/app.ts:15 | jobs > asks for a job | GET /jobs/7?full=1'])
    expect(markedLines(FILES, 'BLAME', 'spin')).toEqual(['src/app.ts:15'])
    expect(findings[0]!.evidence['stuckMs']).toBeGreaterThanOrEqual(TIMEOUT)
    expect(tests.map(({ name, state, profile }) => `${name}: ${state}${profile ? ', profiled' : ''}`).toSorted()).toEqual([
      'file one passes: passed, profiled',
      'file two passes: passed, profiled',
      'jobs > asks for a job: failed',
      'jobs > comes too late: pending',
      'jobs > is done before: passed, profiled'
    ])
  })
})

describe.each(['forks', 'threads'] as const)('all that can be stuck, at once: %s', (pool) => {
  const names = ['atomics', 'command', 'hook', 'loading', 'promises']
  let result: StuckRun
  beforeAll(async () => {
    result = await run({ files: only(...names, 'one'), pool, args: ['--maxWorkers=6'] })
  })

  test('ends in time, and leaves nothing', () => ends(result, names))

  test('is told', () => {
    const head = 'Async a worker is stuck: its event loop has not turned for <time>'
    const end = 'the worker is ended; the run fails'
    expect(told(result)).toEqual(
      [
        [head, 'test/atomics.test.ts > waits for nobody', 'inside Atomics.wait', 'at test/atomics.test.ts:6', end],
        [
          head,
          "test/command.test.ts > runs a command inside child_process.execSync('sleep …')",
          'at run test/command.test.ts:6 at test/command.test.ts:11',
          end
        ],
        [head, 'test/hook.test.ts, outside its tests, stopped the event loop: it has not turned for <time>', 'at test/hook.test.ts:8', end],
        [head, 'test/promises.test.ts > chains for ever', 'at forever test/promises.test.ts:15', end],
        [head, 'the loading of test/loading.test.ts stopped the event loop: it has not turned for <time>', 'at test/loading.test.ts:6', end]
      ].map((lines) => lines.join(' '))
    )
  })

  test('is in the report, the test’s own severity respected', () => {
    expect(describeFindings(result.report!.findings)).toEqual([
      'error stuck-test test/command.test.ts:6 | runs a command',
      'error stuck-test test/hook.test.ts:8 | test/hook.test.ts',
      'error stuck-test test/loading.test.ts:6 | test/loading.test.ts',
      'error stuck-test test/promises.test.ts:15 | chains for ever',
      'warn stuck-test test/atomics.test.ts:6 | waits for nobody'
    ])
    expect(result.report!.findings.find(({ test: of }) => of?.name === 'runs a command')).toMatchObject({
      kind: 'sync-process',
      callee: "child_process.execSync('sleep …')",
      hint: 'use the async child_process.exec and await its exit; what may take so long needs a higher stuckTimeout'
    })
    expect(testStates(result)).toMatchObject({ 'file one passes': 'passed', 'chains for ever': 'failed', 'runs a command': 'failed' })
    expect(testStates(result)['waits for nobody']).not.toBe('failed')
  })
})

test('nobody is stuck who waits, is busy for less, has fake timers, is stopped, or is exempt', async () => {
  const result = await run({
    files: only('quiet', 'stopped', 'life'),
    plugin: { stuckTimeout: 1000 },
    env: { FOLDERS: '1' },
    args: ['--maxWorkers=3']
  })
  expect(result.stderr).toBe('')
  expect(new Set(Object.values(testStates(result)))).toEqual(new Set(['passed']))
  expect(result.report!.findings.filter(({ rule }) => rule === 'stuck-test')).toEqual([])
  expect(result.exitCode).toBe(0)
  expect(result.left).toEqual([])
})

test('what a killed run has left is removed by the next one, and nothing else is', () =>
  inTemporary(async (temporary) => {
    const killed = await runWith(temporary, { files: only('kills'), pool: 'forks', results: false })
    expect(killed.exitCode).toBe(null)
    expect(killed.left).toEqual([expect.stringMatching(/^vitest-async-profiler-[0-9a-f]{8}-\d+-/)])
    const [left = ''] = killed.left
    const [here, pid, id] = /-([0-9a-f]{8})-(\d+)-(.+)$/.exec(left)!.slice(1)
    // Another machine's or user's, a living process's, and what somebody else has named so.
    const others = [
      `vitest-async-profiler-00000000-${pid}-${id}`,
      `vitest-async-profiler-${here}-${process.pid}-${id}`,
      `vitest-async-profiler-${here}-${pid}`
    ]
    for (const name of others) mkdirSync(join(temporary, name))
    const next = await runWith(temporary, { files: only('one') })
    expect(next.exitCode).toBe(0)
    expect(next.left.toSorted()).toEqual(others.toSorted())
  }))

test.each<Options>([{ stuckTimeout: 0 }, { rules: { 'stuck-test': 'off' } }])('nobody watches with %o', async (plugin) => {
  const result = await run({ files: only('life'), plugin, env: { FOLDERS: '0' } })
  expect(result.stderr).toBe('')
  expect(result.exitCode).toBe(0)
})
