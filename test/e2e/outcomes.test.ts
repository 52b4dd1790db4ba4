import { beforeAll, describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings, failureMessage, schemaErrors, testStates } from './harness/report.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { type Major, MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('outcomes')
const [BLAME = ''] = markedLines(FILES, 'BLAME', 'block')

const CULPRIT = {
  'src/work.ts': FILES['src/work.ts']!,
  'test/culprit.test.ts': `import { test } from 'vitest'
import { block } from '../src/work.ts'

test('blocks', () => {
  block(150)
})

test('is innocent', () => {})
`
}

const QUIET = { 'test/quiet.test.ts': `import { test } from 'vitest'\n\ntest('does little', () => {})\n` }

describe.each(MAJORS)('vitest %i', (vitest) => {
  describe('blocking-call as an error', () => {
    let run: RunResult

    beforeAll(async () => {
      run = await runVitest({
        vitest,
        files: FILES,
        plugin: { backend: 'inspector', rules: { 'blocking-call': 'error' } },
        args: ['--maxWorkers=1']
      })
      if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
    })

    test('the run fails, and has a report', () => {
      expect(run.exitCode).toBe(1)
      expect(run.report!.notices).toEqual([])
      expect(schemaErrors(run)).toEqual([])
    })

    test('states', () => {
      expect(testStates(run)).toEqual({
        blocks: 'failed',
        'does not': 'passed',
        'blocks and fails': 'failed',
        'blocks, and is to fail': 'passed',
        'is to fail, and only blocks': 'failed',
        'is skipped': 'skipped',
        'blocks, then skips itself': 'skipped',
        'is to do': 'todo',
        'beforeEach has it': 'failed',
        'beforeEach has it not, skipped': 'skipped',
        'its cleanup has it': 'failed',
        'afterEach has it': 'failed',
        onTestFinished: 'failed',
        onTestFailed: 'failed',
        fixture: 'failed',
        'teardown of a fixture': 'failed',
        'a beforeEach that throws has both': 'failed',
        'an afterEach that throws has both': 'failed',
        'suite passes': 'passed',
        passes: 'passed',
        'only the first attempt blocks': 'passed',
        'only the first attempt blocks, and throws': 'passed',
        'every attempt blocks': 'failed',
        'only the first of three repetitions blocks': 'failed',
        'only the first of three repetitions blocks, a warning': 'passed',
        'every repetition blocks, a warning': 'passed',
        'blocks, then times out': 'failed',
        'times out by blocking': 'failed',
        'comes after it': 'passed',
        'a suite that warns over 1 s inherits': 'passed',
        'a suite that warns over 1 s has an own threshold': 'passed',
        'a suite that warns over 1 s has an own rule': 'failed',
        'a suite that warns over 1 s a suite in it that is off inherits': 'passed',
        'a suite that warns over 1 s a suite in it that is off has an own rule': 'passed',
        'a suite with budgets goes over both': 'failed',
        'a suite with budgets stays within': 'passed',
        'a suite with budgets has a higher one of its own': 'passed',
        'a suite with budgets is only warned': 'passed',
        'a suite with budgets has the rule off': 'passed',
        'a suite with budgets goes over both, and is to fail': 'passed'
      })
      const files = run.results!.testResults.map(({ name, status }) => `${name.split('/').at(-1)}: ${status}`)
      expect(files.toSorted()).toEqual([
        'after-all.test.ts: failed',
        'attempts.test.ts: failed',
        'before-all.test.ts: failed',
        'body.test.ts: failed',
        'budgets.test.ts: failed',
        'hooks.test.ts: failed',
        'own.test.ts: failed'
      ])
    })

    test('states in the report are those of Vitest', () => {
      const own = run.report!.tests.map(({ name, state }) => [name.replaceAll(' > ', ' '), state])
      const todo = Object.entries(testStates(run)).map(([name, state]) => [name, state === 'todo' ? 'skipped' : state])
      expect(own.toSorted()).toEqual(todo.toSorted())
    })

    test('findings of tests', () => {
      const findings = run.report!.findings.filter((finding) => finding.test !== undefined && finding.rule === 'blocking-call')
      expect(described(findings)).toMatchInlineSnapshot(`
        "error | a beforeEach that throws > has both
        error | a suite that warns over 1 s > has an own rule
        error | a suite with budgets > goes over both
        error | a suite with budgets > goes over both, and is to fail
        error | afterEach > has it
        error | an afterEach that throws > has both
        error | beforeEach > has it
        error | blocks
        error | blocks and fails
        error | blocks, and is to fail
        error | blocks, then skips itself
        error | blocks, then times out
        error | every attempt blocks
        error | fixture
        error | is to fail, and only blocks
        error | its cleanup > has it
        error | onTestFailed
        error | onTestFinished
        error | only the first of three repetitions blocks
        error | teardown of a fixture
        error | times out by blocking
        warn | a suite that warns over 1 s > a suite in it that is off > has an own rule
        warn | a suite that warns over 1 s > has an own threshold
        warn | every repetition blocks, a warning
        warn | only the first of three repetitions blocks, a warning"
      `)
      const repeated = findings.filter(({ occurrences }) => occurrences !== 1).map(({ test: of, occurrences }) => [of!.name, occurrences])
      expect(repeated).toEqual([['every repetition blocks, a warning', 3]])
    })

    test('findings of files', () => {
      const findings = run.report!.findings.filter(({ test: of }) => of === undefined)
      expect(described(findings)).toMatchInlineSnapshot(`
        "error | test/after-all.test.ts
        error | test/before-all.test.ts"
      `)
    })

    test('every failure is told with its own error and with ours', () => {
      const failed = Object.entries(testStates(run))
        .filter(([, state]) => state === 'failed')
        .map(([name]) => name)
      const told = failed.map((name) => {
        const lines = normalize(failureMessage(run, name), run, ['100 ms', '50 ms']).split('\n')
        const errors = lines.filter((line) => /^\w*Error: /.test(line))
        // Vitest 4 tells no more of a timeout there.
        const alike = errors.map((line) => line.replace(/^Error: STACK_TRACE_ERROR|^\w*Error: Test timed out.*/, 'Error: Test timed out'))
        return [name, ...alike.map((line) => `  ${line}`)].join('\n')
      })
      expect(told.toSorted().join('\n')).toMatchInlineSnapshot(`
        "a beforeEach that throws has both
          Error: from beforeEach
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        a suite that warns over 1 s has an own rule
          AsyncProfilerError: block blocked the event loop for <time> (threshold 50 ms)
        a suite with budgets goes over both
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
          AsyncProfilerError: a suite with budgets > goes over both went over its budget: maxLag was <time>, allowed is 100 ms
          AsyncProfilerError: a suite with budgets > goes over both went over its budget: blockingCalls was 1, allowed is 0
        afterEach has it
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        an afterEach that throws has both
          Error: from afterEach
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        beforeEach has it
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        blocks
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        blocks and fails
          AssertionError: expected 1 to be 2 // Object.is equality
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        blocks, then times out
          Error: Test timed out
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        every attempt blocks
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        fixture
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        is to fail, and only blocks
          Error: Expect test to fail
        its cleanup has it
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        onTestFailed
          Error: from the body
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        onTestFinished
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        only the first of three repetitions blocks
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        teardown of a fixture
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
        times out by blocking
          Error: Test timed out
          AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)"
      `)
    })

    test('errors of files', () => {
      const files = run.results!.testResults.filter(({ message }) => message !== '')
      expect(
        files
          .map(({ name, message }) => `${name.split('/').at(-1)}: ${normalize(message, run, ['100 ms'])}`)
          .toSorted()
          .join('\n')
      ).toMatchInlineSnapshot(`
        "after-all.test.ts: from afterAll
        before-all.test.ts: block blocked the event loop for <time> (threshold 100 ms)
        split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread"
      `)
      expect(run.stderr).toContain('Error: from afterAll')
    })

    test('no stack has a frame of ours', () => {
      const frames = run.stderr.split('\n').filter((line) => line.includes('vitest-async-profiler/'))
      expect([...new Set(frames)]).toEqual([])
      const inReport = run.report!.findings.flatMap(({ stack }) => stack).filter(({ file }) => file.includes('vitest-async-profiler'))
      expect(inReport).toEqual([])
    })

    test('budgets of tests', () => {
      const told = run.report!.budgets.map(
        ({ scope, budget, allowed, verdict }) => `${scope.file} > ${scope.test}: ${budget} ${allowed} ${verdict}`
      )
      expect(told.join('\n')).toMatchInlineSnapshot(`
        "test/budgets.test.ts > a suite with budgets > goes over both: maxLag 100 over
        test/budgets.test.ts > a suite with budgets > goes over both: blockingCalls 0 over
        test/budgets.test.ts > a suite with budgets > stays within: maxLag 100 within
        test/budgets.test.ts > a suite with budgets > stays within: blockingCalls 0 within
        test/budgets.test.ts > a suite with budgets > has a higher one of its own: maxLag 5000 within
        test/budgets.test.ts > a suite with budgets > has a higher one of its own: blockingCalls 0 within
        test/budgets.test.ts > a suite with budgets > has a higher one of its own: totalBlocking 5000 within
        test/budgets.test.ts > a suite with budgets > is only warned: maxLag 20 over
        test/budgets.test.ts > a suite with budgets > is only warned: blockingCalls 0 within
        test/budgets.test.ts > a suite with budgets > goes over both, and is to fail: maxLag 100 over
        test/budgets.test.ts > a suite with budgets > goes over both, and is to fail: blockingCalls 0 over"
      `)
      const findings = run.report!.findings.filter(({ rule }) => rule === 'lag-budget')
      expect(
        findings
          .map(({ severity, message }) => `${severity}: ${normalize(message, run, ['100 ms', '20 ms'])}`)
          .toSorted()
          .join('\n')
      ).toMatchInlineSnapshot(`
        "error: a suite with budgets > goes over both went over its budget: blockingCalls was 1, allowed is 0
        error: a suite with budgets > goes over both went over its budget: maxLag was <time>, allowed is 100 ms
        error: a suite with budgets > goes over both, and is to fail went over its budget: blockingCalls was 1, allowed is 0
        error: a suite with budgets > goes over both, and is to fail went over its budget: maxLag was <time>, allowed is 100 ms
        warn: a suite with budgets > is only warned went over its budget: maxLag was <time>, allowed is 20 ms"
      `)
    })
  })

  test('an error: the whole output', async () => {
    const run = await runCulprit(vitest, 'error')
    expect(run.exitCode).toBe(1)
    expect(normalize(run.stdout, run, ['100 ms'])).toMatchInlineSnapshot(`
      "RUN  <version> <root>

       ❯ test/culprit.test.ts (2 tests | 1 failed) <time>
         × blocks <time>
         ✓ is innocent <time>

       Test Files  1 failed (1)
            Tests  1 failed | 1 passed (2)
         Start at  <clock>
         Duration  <time>

       Async  2 tests · inspector · overhead <time>

       error  <time>  src/work.ts:9:5  block                       blocking-call · cpu

       1 blocking"
    `)
    expect(normalize(run.stderr, run, ['100 ms'])).toMatchInlineSnapshot(`
      "⎯⎯⎯⎯⎯⎯⎯ Failed Tests 1 ⎯⎯⎯⎯⎯⎯⎯

       FAIL  test/culprit.test.ts > blocks
      AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
      split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
       ❯ block src/work.ts:9:5
            7|   let sum = 0
            8|   do {
            9|     for (let i = 0; i < 500000; i++) sum += Math.sqrt(i) // BLAME block
             |     ^
           10|   } while (process.hrtime.bigint() < until || cpuMs() < untilCpu)
           11|   return sum
       ❯ test/culprit.test.ts:5:3

      ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯"
    `)
  })

  test('a warning: the whole output', async () => {
    const run = await runCulprit(vitest, 'warn')
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(normalize(run.stdout, run, ['100 ms'])).toMatchInlineSnapshot(`
      "RUN  <version> <root>

       ✓ test/culprit.test.ts (2 tests) <time>

       Test Files  1 passed (1)
            Tests  2 passed (2)
         Start at  <clock>
         Duration  <time>

       Async  2 tests · inspector · overhead <time>

        warn  <time>  src/work.ts:9:5  block                       blocking-call · cpu
              test/culprit.test.ts > blocks
                 8 | do {
              >  9 |   for (let i = 0; i < 500000; i++) sum += Math.sqrt(i) // BLAME …
                10 | } while (process.hrtime.bigint() < until || cpuMs() < untilCpu)
              → split the work and yield between parts (await setImmediate from
                node:timers/promises), or move it to a worker thread

       1 blocking"
    `)
  })

  test('off: nothing is said of it', async () => {
    const run = await runCulprit(vitest, 'off')
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(summaryOf(run)).toMatchInlineSnapshot(`"Async  no findings in 2 tests · inspector · overhead <time>"`)
  })

  test('a test that is to fail passes, and fails the run', async () => {
    const body = FILES['test/body.test.ts']!
    const run = await runVitest({
      vitest,
      files: { 'src/work.ts': FILES['src/work.ts']!, 'test/body.test.ts': body },
      plugin: { backend: 'inspector', rules: { 'blocking-call': 'error' } },
      args: ['-t', 'blocks, and is to fail']
    })
    expect(testStates(run)['blocks, and is to fail']).toBe('passed')
    expect(run.stderr).toBe('')
    expect(described(run.report!.findings)).toBe('error | blocks, and is to fail')
    expect(run.stdout).toMatch(/1 expected fail/)
    expect(run.report!.failures).toEqual([
      'test/body.test.ts > blocks, and is to fail is expected to fail, and would hide what was found in it'
    ])
    expect(run.exitCode).toBe(1)
  })

  test('a beforeAll fails its file, and no test', async () => {
    const run = await runVitest({
      vitest,
      files: { 'src/work.ts': FILES['src/work.ts']!, 'test/before-all.test.ts': FILES['test/before-all.test.ts']! },
      plugin: { backend: 'inspector', rules: { 'blocking-call': 'error' } }
    })
    expect(run.exitCode).toBe(1)
    expect(testStates(run)).toEqual({ 'suite passes': 'passed' })
    expect(normalize(run.stderr, run, ['100 ms'])).toMatchInlineSnapshot(`
      "⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯⎯

       FAIL  test/before-all.test.ts [ test/before-all.test.ts ]
      AsyncProfilerError: block blocked the event loop for <time> (threshold 100 ms)
      split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
       ❯ block src/work.ts:9:5
            7|   let sum = 0
            8|   do {
            9|     for (let i = 0; i < 500000; i++) sum += Math.sqrt(i) // BLAME block
             |     ^
           10|   } while (process.hrtime.bigint() < until || cpuMs() < untilCpu)
           11|   return sum
       ❯ test/before-all.test.ts:6:5

      ⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/1]⎯"
    `)
  })

  test('budgets of the run and of files, within', async () => {
    const run = await runBudgets(vitest, [
      { maxLag: 5000, p99Lag: 5000, blockingCalls: 3, totalBlocking: 9000 },
      { files: 'test/quiet.*', blockingCalls: 0, totalBlocking: 0 }
    ])
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(run.stdout).toContain('budgets 6 of 6 within')
    expect(run.report!.budgets.map(({ verdict, contributors }) => [verdict, contributors])).toEqual(
      Array.from({ length: 6 }, () => ['within', []])
    )
  })

  test('budgets of the run and of files, over: the whole summary', async () => {
    const run = await runBudgets(vitest, [
      { blockingCalls: 1 },
      { blockingCalls: 2 },
      { files: 'test/{culprit,busy}.*', maxLag: 100 },
      { files: 'test/quiet.*', maxLag: 5000, blockingCalls: 0 }
    ])
    expect(run.exitCode).toBe(1)
    // The file that took most of it fails, so that every reporter shows it.
    expect(run.stderr.match(/FAIL {2}\S+/g)).toEqual(Array.from({ length: 3 }, () => 'FAIL  test/busy.test.ts'))
    expect(run.results!.success).toBe(false)
    expect(
      run
        .results!.testResults.filter(({ status }) => status === 'failed')
        .map(({ name, message }) => [name.split('/').at(-1), message.split('\n')[0]])
    ).toEqual([['busy.test.ts', 'the run went over its budget: blockingCalls was 3, allowed is 1']])
    expect(run.read('junit.xml')).toContain('the run went over its budget: blockingCalls was 3, allowed is 2')
    expect(testStates(run)).toEqual({ blocks: 'passed', 'is innocent': 'passed', 'blocks twice': 'passed', 'does little': 'passed' })
    expect(summaryOf(run)).toMatchInlineSnapshot(`
      "Async  4 tests · inspector · overhead <time>

        warn  <time>  src/work.ts:9:5  block                       blocking-call · cpu
              test/busy.test.ts > blocks twice
              test/culprit.test.ts > blocks
              ×3 in 2 tests
                 8 | do {
              >  9 |   for (let i = 0; i < 500000; i++) sum += Math.sqrt(i) // BLAME …
                10 | } while (process.hrtime.bigint() < until || cpuMs() < untilCpu)
              → split the work and yield between parts (await setImmediate from
                node:timers/promises), or move it to a worker thread

       error  blockingCalls 3, allowed 1                                    lag-budget
              the whole run

       error  blockingCalls 3, allowed 2                                    lag-budget
              the whole run

       error  maxLag <time>, allowed 100 ms                                 lag-budget
              files test/{culprit,busy}.*

       2 blocking · budgets 2 of 5 within

        fail  the run fails because it went over its budget: blockingCalls was 3,
              allowed is 1
        fail  the run fails because it went over its budget: blockingCalls was 3,
              allowed is 2
        fail  the run fails because test/{culprit,busy}.* went over its budget: maxLag
              was <time>, allowed is 100 ms"
    `)
    const messages = run
      .report!.findings.filter(({ rule }) => rule === 'lag-budget')
      .map(({ message }) => normalize(message, run, ['100 ms']))
    expect(messages.toSorted()).toEqual([
      'test/{culprit,busy}.* went over its budget: maxLag was <time>, allowed is 100 ms',
      'the run went over its budget: blockingCalls was 3, allowed is 1',
      'the run went over its budget: blockingCalls was 3, allowed is 2'
    ])
  })

  test.each([
    ['warn', ['warn', 'warn'], ['over', 'over']],
    ['off', [], []]
  ] as const)('budgets, rule %s', async (setting, severities, verdicts) => {
    const run = await runBudgets(vitest, [{ blockingCalls: 0, maxLag: 100 }], { 'lag-budget': setting })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(run.report!.findings.filter(({ rule }) => rule === 'lag-budget').map(({ severity }) => severity)).toEqual(severities)
    expect(run.report!.budgets.map(({ verdict }) => verdict)).toEqual(verdicts)
  })
})

function described(findings: NonNullable<RunResult['report']>['findings']): string {
  const lines = describeFindings(findings)
  expect(lines.filter((line) => !line.includes(` blocking-call ${BLAME} | `))).toEqual([])
  return lines.map((line) => line.replace(` blocking-call ${BLAME}`, '')).join('\n')
}

const runCulprit = (vitest: Major, setting: 'error' | 'warn' | 'off'): Promise<RunResult> =>
  runVitest({
    vitest,
    files: CULPRIT,
    plugin: { backend: 'inspector', rules: { 'blocking-call': setting } },
    results: false,
    // Else a slow test is told with its duration.
    args: ['--slowTestThreshold=5000']
  })

const BUSY = `import { test } from 'vitest'
import { block } from '../src/work.ts'

test('blocks twice', async () => {
  block(250)
  await new Promise((resolve) => setTimeout(resolve, 5))
  block(150)
})
`

const runBudgets = (vitest: Major, budgets: Options['budgets'] & object, rules: Options['rules'] & object = {}): Promise<RunResult> =>
  runVitest({
    vitest,
    files: { ...CULPRIT, ...QUIET, 'test/busy.test.ts': BUSY },
    plugin: { backend: 'inspector', budgets, rules },
    reporter: true,
    args: ['--reporter=junit', '--outputFile.junit=junit.xml']
  })

/** Our part of the output, after Vitest's own summary. */
function summaryOf(run: RunResult): string {
  const text = normalize(run.stdout, run, ['100 ms'])
  return text.slice(text.lastIndexOf('Async  ')).replace(/\n+(?:JSON|JUNIT) report written.*/g, '')
}
