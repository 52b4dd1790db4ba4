import { beforeAll, describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings, failureMessage, schemaErrors, testStates } from './harness/report.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { type Major, MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('leftovers')
const blame = (key: string): string => markedLines(FILES, 'BLAME', key)[0]!

const ERRORS: Options = { rules: { 'leaked-resource': 'error', 'floating-promise': 'error' } }

async function run(name: string, vitest: Major, plugin: Options = {}): Promise<RunResult> {
  const files = Object.fromEntries(Object.entries(FILES).filter(([path]) => path.startsWith('src/') || path === `test/${name}.test.ts`))
  const result = await runVitest({ vitest, files, plugin: { backend: 'inspector', ...plugin } })
  if (result.report === undefined) throw new Error(`the run wrote no report\n${result.stdout}\n${result.stderr}`)
  expect(schemaErrors(result)).toEqual([])
  expect(result.report.notices).toEqual([])
  return result
}

describe.each(MAJORS)('vitest %i', (vitest) => {
  describe('as errors', () => {
    let result: RunResult

    beforeAll(async () => {
      result = await run('errors', vitest, ERRORS)
    })

    test('fail the tests that left them, though those are over', () => {
      expect(result.exitCode).toBe(1)
      expect(testStates(result)).toEqual({
        'leaves a timer': 'failed',
        'leaves nothing': 'passed',
        'drops a promise': 'failed',
        'is the next one': 'passed',
        'is to fail, and leaves a timer': 'passed',
        'starts what is ended after all': 'passed',
        'warnings leaves a timer, a warning': 'passed',
        'warnings drops a promise, unseen': 'passed'
      })
    })

    test('findings', () => {
      expect(describeFindings(result.report!.findings)).toEqual([
        `error floating-promise ${blame('save')} | drops a promise`,
        `error leaked-resource ${blame('prices')} | leaves a timer | GET /prices`,
        `error leaked-resource ${blame('expected')} | is to fail, and leaves a timer`,
        `warn leaked-resource ${blame('warned')} | warnings > leaves a timer, a warning`
      ])
      expect(result.report!.counted!.leftovers).toBeGreaterThan(0)
    })

    test('the place is where the test failed', () => {
      expect(failureMessage(result, 'leaves a timer')).toMatchInlineSnapshot(`
        "AsyncProfilerError: setInterval, every 60000 ms, was still running after its test
        in GET /prices
        clear it when the request closes: res.on('close', () => clearInterval(timer))
        (9 frames of dependencies and Node left out)"
      `)
      expect(result.stderr).toContain(`❯ ${blame('prices')}`)
      const [, outlived] =
        /outlived its test by (\d+) ms, in the time of is the next one/.exec(failureMessage(result, 'drops a promise')) ?? []
      expect(Number(outlived)).toBeGreaterThanOrEqual(15)
    })
  })

  test('budgets count what is left, though its rule is off', async () => {
    const result = await run('budgets', vitest, { budgets: { leaks: 2 } })
    expect(testStates(result)).toEqual({ 'budgets leaves one': 'passed', 'budgets leaves two': 'failed', 'budgets leaves none': 'passed' })
    expect(describeFindings(result.report!.findings)).toEqual([
      'error lag-budget ? | test/budgets.test.ts',
      `error lag-budget ${blame('left')} | budgets > leaves two`
    ])
    const verdicts = result.report!.budgets.map(
      ({ budget, scope, measured, allowed, verdict }) => `${scope.test ?? 'run'}: ${budget} ${measured} of ${allowed}, ${verdict}`
    )
    expect(verdicts.toSorted()).toEqual([
      'budgets > leaves none: leaks 0 of 1, within',
      'budgets > leaves one: leaks 1 of 1, within',
      'budgets > leaves two: leaks 2 of 1, over',
      'run: leaks 3 of 2, over'
    ])
    expect(result.exitCode).toBe(1)
  })

  test('the matcher', async () => {
    const result = await run('matchers', vitest)
    expect(testStates(result)).toEqual({
      'a response that left a timer': 'failed',
      'one that did not': 'passed',
      'a function that left a timer': 'passed',
      'one whose timer is due soon': 'passed',
      'a profile knows what is left': 'passed'
    })
    expect(failureMessage(result, 'a response that left a timer').replace(blame('prices'), '<prices>')).toMatchInlineSnapshot(`
      "Error: expect(received).toHaveNoLeakedTasks()

      Expected GET /prices to leave nothing behind
      Received 1 leftover

        setInterval, every 60000 ms, was still running  <prices>:3
                clear it when the request closes: res.on('close', () => clearInterval(timer))"
    `)
  })

  test('an error that nobody handled is told once, of the test that it comes from', async () => {
    const result = await run('unhandled', vitest)
    expect(result.exitCode).toBe(1)
    expect(testStates(result)).toEqual({ 'fails when it is over': 'passed', 'is innocent': 'passed' })
    expect(result.stderr.match(/RangeError: too late/g)).toHaveLength(1)
    expect(result.stderr).toContain('"fails when it is over"')
    expect(describeFindings(result.report!.findings)).toEqual([`error unhandled-rejection ${blame('fail')} | fails when it is over`])
  })

  test('a test that times out says what it waited for', async () => {
    const result = await run('timeouts', vitest)
    expect(testStates(result)).toEqual({ 'waits for an answer': 'failed', 'waits for itself': 'failed', 'does not wait': 'passed' })
    expect(waitedFor(result, 'waits for an answer')).toMatchInlineSnapshot(`
      "It waited for
        a promise  test/timeouts.test.ts:9:22
          GET /quote, whose handler waits
            answered()  src/prices.ts:19:9
              a promise  src/prices.ts:24:9
      <loop>"
    `)
    expect(waitedFor(result, 'waits for itself')).toMatchInlineSnapshot(`
      "It waited for
        the async function at test/timeouts.test.ts:14  test/timeouts.test.ts:22:3
          the async function at test/timeouts.test.ts:18  test/timeouts.test.ts:16:5
            the async function at test/timeouts.test.ts:14, which waits for it in turn: a cycle  test/timeouts.test.ts:20:5
      <loop>"
    `)
    const [cycle] = result.report!.findings.filter((finding) => finding.test?.name === 'waits for itself')
    expect(markedLines(FILES, 'BLAME', 'cycle')).toContain(`${cycle!.location!.file}:${cycle!.location!.line}`)
    expect(result.report!.findings.map(({ rule, test: of, location }) => [rule, of?.name, location?.file])).toEqual([
      ['stuck-test', 'waits for an answer', 'src/prices.ts'],
      ['stuck-test', 'waits for itself', 'test/timeouts.test.ts']
    ])
  })

  test.each(['hooks', 'suites'])('a hook that times out says what it waited for: %s', async (name) => {
    const result = await run(name, vitest)
    expect(result.exitCode).toBe(1)
    const [told = ''] = /It waited for[^]*?(?=\n *❯)/.exec(result.stderr) ?? []
    expect(normalize(told, result)).toBe(
      [
        'It waited for',
        `  quote()  ${name === 'hooks' ? 'test/hooks.test.ts:7:21' : 'test/suites.test.ts:6:11'}`,
        '    answered()  src/prices.ts:30:9',
        '      a promise  src/prices.ts:24:9'
      ].join('\n')
    )
    expect(
      result.report!.findings.map(({ rule, file, test: of, location }) => [rule, file, of, `${location?.file}:${location?.line}`])
    ).toEqual([['stuck-test', `test/${name}.test.ts`, undefined, blame('quote')]])
  })
})

/** Below Vitest's own message. */
function waitedFor(result: RunResult, name: string): string {
  const message = failureMessage(result, name)
  // On a busy machine something else is said of the loop.
  return normalize(message.slice(message.indexOf('It waited for')), result).replace(
    /(?:other processes held|the event loop was busy|The event loop was idle).*$/,
    '<loop>'
  )
}
