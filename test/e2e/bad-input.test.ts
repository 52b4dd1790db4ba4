import { describe, expect, test } from 'vitest'
import { readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { failureMessage, testStates } from './harness/report.ts'
import { type RunOptions, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const { 'src/work.ts': WORK = '' } = readFixture('wiring')
const QUIET = { 'test/quiet.test.ts': `import { test } from 'vitest'\n\ntest('does little', () => {})\n` }
/** Options that are wrong, as they stand in a config. */
const WRONG_OPTIONS: [what: string, options: string][] = [
  ['an unknown option', '{ blockingThresold: 50 }'],
  ['a wrong type', "{ blockingThreshold: '50' }"],
  ['a negative threshold', '{ lagThreshold: -1 }'],
  ['a value that is not in the list', "{ backend: 'v8' }"],
  ['an unknown rule', "{ rules: { 'blocking-calls': 'error' } }"],
  ['a wrong severity', "{ rules: { 'blocking-call': 'fatal' } }"],
  ['a negative budget', '{ budgets: [{ maxLag: 5 }, { maxLag: -5 }] }'],
  ['an entry of allow without a reason', "{ allow: [{ rule: 'blocking-call' }] }"],
  ['no object', "'fast'"],
  ['many of them', "{ detectBlocking: 'yes', maxStackDepth: 1.5, report: { jsn: 'report.json' }, stuckTimeout: Infinity }"]
]

describe('wrong options stop the run at start', () => {
  test('each with one message, and no frame of ours', async () => {
    const told: string[] = []
    for (const [what, options] of WRONG_OPTIONS) {
      const run = await runWith({ files: QUIET, config: configWith(options) })
      expect(run.stdout).toBe('')
      expect(run.exitCode).toBe(1)
      told.push(
        `[${what}]`,
        normalize(run.stderr, run).replace(/^failed to load config from <root>\/vitest\.config\.ts\n\n⎯* Startup Error ⎯*\n/, '')
      )
    }
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "[an unknown option]
      [AsyncProfilerError: asyncProfiler({ blockingThresold }) is unknown (did you mean 'blockingThreshold'?); received 50] {
        code: 'ERR_OPTION'
      }
      [a wrong type]
      [AsyncProfilerError: asyncProfiler({ blockingThreshold }) must be a number of milliseconds, 0 or more; received '50'] {
        code: 'ERR_OPTION'
      }
      [a negative threshold]
      [AsyncProfilerError: asyncProfiler({ lagThreshold }) must be a number of milliseconds, 0 or more; received -1] {
        code: 'ERR_OPTION'
      }
      [a value that is not in the list]
      [AsyncProfilerError: asyncProfiler({ backend }) must be 'auto', 'inspector' or 'async-hooks'; received 'v8'] {
        code: 'ERR_OPTION'
      }
      [an unknown rule]
      [AsyncProfilerError: asyncProfiler({ rules['blocking-calls'] }) is unknown (did you mean 'blocking-call'?); received 'error'] {
        code: 'ERR_OPTION'
      }
      [a wrong severity]
      [AsyncProfilerError: asyncProfiler({ rules['blocking-call'] }) must be 'off', 'warn' or 'error'; received 'fatal'] {
        code: 'ERR_OPTION'
      }
      [a negative budget]
      [AsyncProfilerError: asyncProfiler({ budgets[1].maxLag }) must be a number of milliseconds, 0 or more; received -5] {
        code: 'ERR_OPTION'
      }
      [an entry of allow without a reason]
      [AsyncProfilerError: asyncProfiler({ allow[0].reason }) must be a text that says why; received undefined] {
        code: 'ERR_OPTION'
      }
      [no object]
      [AsyncProfilerError: asyncProfiler(options) must be an object of options; received 'fast'] {
        code: 'ERR_OPTION'
      }
      [many of them]
      [AsyncProfilerError: asyncProfiler() has 4 wrong options:
        detectBlocking must be true or false; received 'yes'
        maxStackDepth must be a whole number, 0 or more; received 1.5
        report.jsn is unknown (did you mean 'json'?); received 'report.json'
        stuckTimeout must be a number of milliseconds, from 0 (off) to 2147483647; received Infinity] {
        code: 'ERR_OPTION'
      }"
    `)
  })

  test.each(MAJORS)('the whole output, vitest %i', async (vitest) => {
    const run = await runWith({ vitest, files: QUIET, config: configWith('{ blockingThresold: 50 }') })
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toBe('')
    expect(normalize(run.stderr, run)).toMatchInlineSnapshot(`
      "failed to load config from <root>/vitest.config.ts

      ⎯⎯⎯⎯⎯⎯⎯ Startup Error ⎯⎯⎯⎯⎯⎯⎯⎯
      [AsyncProfilerError: asyncProfiler({ blockingThresold }) is unknown (did you mean 'blockingThreshold'?); received 50] {
        code: 'ERR_OPTION'
      }"
    `)
  })

  test('of a project with a config file of its own', async () => {
    const run = await runWith({
      files: {
        ...QUIET,
        'packages/a/package.json': '{ "name": "a" }',
        'packages/a/vitest.config.ts': configWith('{ blockingThresold: 50 }')
      },
      config: `export default { test: { projects: ['packages/*'] } }\n`
    })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain("asyncProfiler({ blockingThresold }) is unknown (did you mean 'blockingThreshold'?); received 50")
    expect(oursIn(run)).toEqual([])
  })

  test('of the reporter, without the plugin', async () => {
    const run = await runWith({
      files: QUIET,
      config: `export default { test: { setupFiles: ['vitest-async-profiler/setup'], reporters: [['vitest-async-profiler/reporter', { blockingThresold: 50 }]] } }\n`
    })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain("is unknown (did you mean 'blockingThreshold'?); received 50")
    expect(oursIn(run)).toEqual([])
  })

  test.each(MAJORS)('a Node that is not supported, vitest %i', async (vitest) => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '23.4.0' } })\n`
    const run = await runWith({ vitest, files: QUIET, config: configWith('{}').replace('export default', `${pretend}export default`) })
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toBe('')
    expect(normalize(run.stderr, run)).toMatchInlineSnapshot(`
      "failed to load config from <root>/vitest.config.ts

      ⎯⎯⎯⎯⎯⎯⎯ Startup Error ⎯⎯⎯⎯⎯⎯⎯⎯
      [AsyncProfilerError: vitest-async-profiler needs Node ^22.12, ^24 or >=26; this is Node 23.4.0] {
        code: 'ERR_UNSUPPORTED'
      }"
    `)
  })
})

const META = `import { describe, test } from 'vitest'

const own = (asyncProfiler: unknown) => ({ meta: { asyncProfiler } }) as object

test('a wrong type', own({ blockingThreshold: '20' }), () => {})
test('many', own({ blockingThresold: 20, budgets: { maxlag: 1 }, rules: { 'blocking-call': 'on' } }), () => {})
test('no object', own('off'), () => {})
test('null', own(null), () => {})
test('an option of the whole run', own({ baseline: 'async.baseline' }), () => {})
test('right', own({ blockingThreshold: 20 }), () => {})
test.skip('wrong, but skipped', own(5), () => {})

describe('a suite', own({ budgets: { maxLag: -1 } }), () => {
  test('inherits', () => {})
  test('is right itself', own({ blockingThreshold: 20 }), () => {})
})

test('retried', { retry: 1, ...own({ lagThreshold: -1 }) }, () => {})
`

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('wrong options of tests fail these tests', async () => {
    const run = await runVitest({ vitest, files: { 'test/meta.test.ts': META, ...QUIET }, plugin: { backend: 'inspector' } })
    expect(run.exitCode).toBe(1)
    expect(testStates(run)).toEqual({
      'a wrong type': 'failed',
      many: 'failed',
      'no object': 'failed',
      null: 'failed',
      'an option of the whole run': 'failed',
      right: 'passed',
      'wrong, but skipped': 'skipped',
      'a suite inherits': 'failed',
      'a suite is right itself': 'failed',
      retried: 'failed',
      'does little': 'passed'
    })
    expect(messages(run)).toMatchInlineSnapshot(`
      "[a wrong type] AsyncProfilerError: blockingThreshold in meta.asyncProfiler of 'a wrong type' must be a number of milliseconds, 0 or more; received '20'
      [many] AsyncProfilerError: meta.asyncProfiler of 'many' has 3 wrong options:
        blockingThresold is unknown (did you mean 'blockingThreshold'?); received 20
        budgets.maxlag is unknown (did you mean 'maxLag'?); received 1
        rules['blocking-call'] must be 'off', 'warn' or 'error'; received 'on'
      [no object] AsyncProfilerError: meta.asyncProfiler of 'no object' must be an object of options; received 'off'
      [null] AsyncProfilerError: meta.asyncProfiler of 'null' must be an object of options; received null
      [an option of the whole run] AsyncProfilerError: baseline in meta.asyncProfiler of 'an option of the whole run' is unknown (known are blockingThreshold, lagThreshold, budgets, rules); received 'async.baseline'
      [a suite inherits] AsyncProfilerError: budgets.maxLag in meta.asyncProfiler of 'a suite' must be a number of milliseconds, 0 or more; received -1
      [a suite is right itself] AsyncProfilerError: budgets.maxLag in meta.asyncProfiler of 'a suite' must be a number of milliseconds, 0 or more; received -1
      [retried] AsyncProfilerError: lagThreshold in meta.asyncProfiler of 'retried' must be a number of milliseconds, 0 or more; received -1
      ---
      AsyncProfilerError: lagThreshold in meta.asyncProfiler of 'retried' must be a number of milliseconds, 0 or more; received -1"
    `)
    expect(oursIn(run)).toEqual([])
    expect(run.report!.notices).toEqual([])
  })

  test('a key of meta that is ours but for its case', async () => {
    const test = `import { test } from 'vitest'\n\ntest('saves', { meta: { asyncprofiler: { blockingThreshold: 20 } } } as object, () => {})\n`
    const run = await runVitest({ vitest, files: { 'test/meta.test.ts': test }, plugin: { backend: 'inspector' } })
    expect(messages(run)).toBe("[saves] AsyncProfilerError: meta.asyncprofiler of 'saves' is unknown: did you mean 'asyncProfiler'?")
  })

  test('what a test that is to fail leaves behind fails the run, which says so', async () => {
    const test = `import { test } from 'vitest'\n\ntest.fails('fails', () => {\n  setInterval(() => {}, 1000)\n  throw new Error('as expected')\n})\n`
    const run = await runVitest({
      vitest,
      files: { 'test/leaves.test.ts': test },
      plugin: { backend: 'inspector', rules: { 'leaked-resource': 'error' } }
    })
    expect(run.exitCode).toBe(1)
    expect(testStates(run)).toEqual({ fails: 'passed' })
    expect(run.report!.failures).toEqual(['test/leaves.test.ts > fails is expected to fail, and would hide what was found in it'])
  })

  test('wrong options of a test that is to fail are told, and fail the run', async () => {
    const test = `import { test } from 'vitest'

test.fails('fails', { meta: { asyncProfiler: { blockingThreshold: '20' } } } as object, () => {
  throw new Error('as expected')
})
`
    const run = await runVitest({ vitest, files: { 'test/meta.test.ts': test }, plugin: { backend: 'inspector' } })
    expect(`${run.stdout}${run.stderr}`.replaceAll(/\s+/g, ' ')).toContain(
      "blockingThreshold in meta.asyncProfiler of 'fails' must be a number of milliseconds, 0 or more; received '20'"
    )
    expect(run.exitCode).toBe(1)
  })

  test('a report that cannot be written: results stay, and the run fails', async () => {
    const run = await runVitest({
      vitest,
      files: { ...QUIET, 'src/work.ts': WORK },
      plugin: { backend: 'inspector', report: { json: 'src/work.ts/report.json' } },
      args: ['--slowTestThreshold=5000']
    })
    expect(run.exitCode).toBe(1)
    expect(testStates(run)).toEqual({ 'does little': 'passed' })
    expect(run.read('src/work.ts')).toBe(WORK)
    expect(run.stderr).toBe('')
    // Where lines break depends on the project's path.
    expect(summaryOf(run).replaceAll(/\s+/g, ' ')).toMatchInlineSnapshot(
      `"Async 1 test · inspector · overhead <time> no findings fail the run fails because report.json could not be written to src/work.ts/report.json: EEXIST: file already exists, mkdir '<root>/src/work.ts'"`
    )
  })

  test('a value that was never profiled: the whole output', async () => {
    const test = `import { expect, test } from 'vitest'

test('of nobody', () => {
  expect({ status: 200 }).toHaveNoBlockingCalls()
})
`
    const run = await runWith({ vitest, files: { 'test/value.test.ts': test }, config: configWith('{}') })
    expect(run.exitCode).toBe(1)
    expect(normalize(run.stderr, run)).toMatchInlineSnapshot(`
      "⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

       FAIL  test/value.test.ts > of nobody
      AsyncProfilerError: toHaveNoBlockingCalls() received an object of Object, which was never profiled: pass a supertest response, a fetch Response, a Fastify inject response, a profile, or a function
       ❯ test/value.test.ts:4:27
            2|
            3| test('of nobody', () => {
            4|   expect({ status: 200 }).toHaveNoBlockingCalls()
             |                           ^
            5| })
            6|

      ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯"
    `)
  })

  test('the matchers without the plugin: the whole output', async () => {
    const test = `import { expect, test } from 'vitest'
import { asyncMatchers } from 'vitest-async-profiler/matchers'

expect.extend(asyncMatchers)

test('without it', async () => {
  await expect(() => 1).not.toCompleteWithinLag(20)
})
`
    const run = await runWith({ vitest, files: { 'test/without.test.ts': test }, config: 'export default {}\n' })
    expect(run.exitCode).toBe(1)
    expect(normalize(run.stderr, run)).toMatchInlineSnapshot(`
      "⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

       FAIL  test/without.test.ts > without it
      AsyncProfilerError: toCompleteWithinLag() needs the profiler: add asyncProfiler() to the plugins of this project's Vitest config, or 'vitest-async-profiler/setup' to its setupFiles
       ❯ test/without.test.ts:7:29
            5|
            6| test('without it', async () => {
            7|   await expect(() => 1).not.toCompleteWithinLag(20)
             |                             ^
            8| })
            9|

      ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯"
    `)
    expect(run.stdout).not.toContain('Async')
  })
})

describe('options that say nothing, or contradict each other', () => {
  test('a budget for files that are not there', async () => {
    const run = await runVitest({
      files: QUIET,
      plugin: {
        backend: 'inspector',
        budgets: [
          { files: 'tests/**', maxLag: 20 },
          { files: 'test/**', blockingCalls: 0 }
        ]
      }
    })
    expect(run.exitCode).toBe(1)
    expect(summaryOf(run)).toMatchInlineSnapshot(`
      "Async  1 test · inspector · overhead <time>

       budgets 1 of 1 within

        fail  the run fails because no test file of this run matches the budget for
              files 'tests/**': check the glob, which is relative to the project's
              root"
    `)
    expect(run.report!.budgets).toHaveLength(1)
  })

  test('a budget for files that are there, but not in this run', async () => {
    const run = await runVitest({
      files: { ...QUIET, 'test/other.test.ts': QUIET['test/quiet.test.ts'] },
      plugin: { backend: 'inspector', budgets: [{ files: 'test/other.*', maxLag: 5000 }] },
      args: ['quiet']
    })
    expect(run.exitCode).toBe(0)
    expect(run.report!.notices).toEqual([])
  })

  test('budgets that nothing measures are told', async () => {
    const run = await runVitest({ files: QUIET, plugin: { backend: 'inspector', budgets: { syncCalls: 0, leaks: 0 } } })
    const judged = run.report!.budgets.map(({ budget }) => budget)
    const told = run.report!.notices.join('\n')
    expect(['syncCalls', 'leaks'].filter((name) => !judged.includes(name) && !told.includes(name))).toEqual([])
  })

  test('budgets and rules on what is switched off stop the run', async () => {
    const options =
      "{ monitorEventLoop: false, detectBlocking: false, budgets: { maxLag: 20, blockingCalls: 0 }, rules: { 'blocking-call': 'error' } }"
    const run = await runWith({ files: QUIET, config: configWith(options) })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain(`asyncProfiler() has 3 wrong options:
  budgets.maxLag needs lag to be measured, and monitorEventLoop is false: remove one of the two
  budgets.blockingCalls needs blocking calls to be looked for, and detectBlocking is false: remove one of the two
  rules['blocking-call'] needs blocking calls to be looked for, and detectBlocking is false: remove one of the two, or set it to 'warn'`)
    expect(oursIn(run)).toEqual([])
  })
})

const runWith = (options: RunOptions): Promise<RunResult> => runVitest({ results: false, reporter: false, ...options })

function configWith(options: string): string {
  return `import { defineConfig } from 'vitest/config'
import asyncProfiler from 'vitest-async-profiler'

export default defineConfig({ plugins: [asyncProfiler(${options} as object)] })
`
}

/** What each failed test is told, without stacks. */
function messages(run: RunResult): string {
  const failed = Object.entries(testStates(run)).filter(([, state]) => state === 'failed')
  return failed.map(([name]) => `[${name}] ${failureMessage(run, name)}`).join('\n')
}

/** Lines of an error output that show a place in the package. */
const oursIn = ({ stderr }: RunResult): string[] => stderr.split('\n').filter((line) => line.includes('vitest-async-profiler/dist'))

/** Our part of the output, after Vitest's own summary. */
function summaryOf(run: RunResult): string {
  const text = normalize(run.stdout, run)
  return text.slice(text.lastIndexOf('Async  ')).replace(/\n+JSON report written.*/, '')
}
