import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readFixture } from './harness/fixtures.ts'
import { testStates } from './harness/report.ts'
import { type Pool, type RunOptions, type RunResult, runVitest } from './harness/run-vitest.ts'
import { type Major, MAJORS, REPOSITORY } from './harness/sandbox.ts'

/*
 * The contract of src/vitest/ with Vitest: each thing that is not documented is used here as the plugin uses it, by its own files, in real
 * runs of both majors. Where a new Vitest breaks one, the test's name says which.
 */

/** All source files: they run in the project, where `vitest` is the one to be tested. */
function pluginSources(): Record<string, string> {
  const folder = join(REPOSITORY, 'src')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(paths.map((path) => [join('plugin', relative(folder, path)), readFileSync(path, 'utf8')]))
}

function insides(vitest: Major, more: Partial<RunOptions> = {}): Promise<RunResult> {
  const { 'vitest.config.ts': config = '', ...files } = readFixture('vitest-insides')
  return runVitest({
    vitest,
    config,
    files: { ...pluginSources(), ...files },
    args: ['--maxWorkers=1'],
    results: false,
    reporter: false,
    ...more
  })
}

/** Tests of the project that runs in a worker, which are not meant to fail. */
const workersTests = (run: RunResult): [name: string, state: string][] =>
  Object.entries(testStates(run)).filter(([name]) => name !== 'is too slow' && name !== 'passes')

describe.each(MAJORS)('vitest %i', (vitest) => {
  let run: RunResult
  let seen: Record<string, unknown>

  beforeAll(async () => {
    run = await insides(vitest)
    const text = run.read('insides.json')
    if (text === undefined) throw new Error(`the run wrote nothing\n${run.stdout}\n${run.stderr}`)
    seen = JSON.parse(text) as Record<string, unknown>
  })

  test('in a worker: globals, modules, hooks, functions of tests, tasks', () => {
    expect(workersTests(run).filter(([, state]) => state !== 'passed')).toEqual([])
    expect(workersTests(run)).toHaveLength(15)
  })

  test.each<Pool>(['threads', 'vmForks', 'vmThreads'])('the same in the pool %s', async (pool) => {
    const there = await insides(vitest, { pool, args: ['--maxWorkers=1', 'worker.test.ts'] })
    expect(workersTests(there).filter(([, state]) => state !== 'passed')).toEqual([])
    expect(workersTests(there)).toHaveLength(15)
  })

  test('before-reporters: something can be done at the end of a run before all reporters hear of it', () => {
    expect(seen['order']).toEqual(['before all reporters', 'this reporter'])
  })

  test('module-sources: the files that a test module loads are known', () => {
    expect(seen['sources']).toEqual(
      expect.arrayContaining(['test/worker.test.ts', 'src/module.ts', 'plugin/vitest/worker/worker-globals.ts'])
    )
  })

  test('run-start: projects, what they provide, their setup files, and what Vite serves', () => {
    expect([seen['provided'], seen['allowed'], seen['setupFiles']]).toEqual([{ insides: 'provided' }, true, []])
  })

  test('run-rest: what runs files and ends a run can be put off', () => {
    expect(seen['runner']).toEqual(['function', 'function', 'function', 'function'])
    expect([seen['endReplaced'], seen['endRestored']]).toEqual([true, true])
  })

  test('tell-stuck: results of a worker that is gone are taken', () => {
    expect(seen['receiver']).toEqual(['function', true, true])
    expect(seen['told']).toMatchObject({ state: 'fail', errors: [{ name: 'AsyncProfilerError' }] })
  })

  test('fail-file: a file whose tests have passed can be failed', () => {
    const late = run.results!.testResults.find(({ name }) => name.endsWith('late.test.ts'))
    expect([late?.status, late?.message]).toEqual(['failed', expect.stringContaining('left over')])
  })

  test('test-task: a timeout is known by its message', () => {
    expect(seen['timeout']).toEqual([true])
  })
})
