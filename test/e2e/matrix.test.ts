import { beforeAll, describe, expect, test } from 'vitest'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings, failureMessage, schemaErrors, testStates } from './harness/report.ts'
import { type Pool, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const POOLS: Pool[] = ['forks', 'threads', 'vmForks', 'vmThreads']

const FILES = readFixture('matrix')
const [RANK = ''] = markedLines(FILES, 'BLAME', 'rank')
const [CALL = ''] = markedLines(FILES, 'CALL', 'rank')

const MATRIX = MAJORS.flatMap((vitest) => POOLS.flatMap((pool) => [true, false].map((isolate) => ({ vitest, pool, isolate }))))

describe.each(MATRIX)('vitest $vitest, $pool, isolate $isolate', (where) => {
  let run: RunResult

  beforeAll(async () => {
    run = await runVitest({ ...where, files: FILES, plugin: { backend: 'inspector' }, args: ['--maxWorkers=1'] })
    if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
  })

  test('exit code and states', () => {
    expect(run.exitCode).toBe(1)
    expect(run.report!.notices).toEqual([])
    expect(run.report!.versions.vitest).toMatch(new RegExp(`^${where.vitest}\\.`))
    expect(testStates(run)).toEqual({
      'matchers pass': 'passed',
      'matchers fail': 'failed',
      'matchers pass negated': 'passed',
      'own options a lower threshold': 'passed',
      'own options the common threshold': 'passed',
      'own options the rule switched off': 'passed',
      'own options the rule as an error': 'failed',
      'two at once busy': 'passed',
      'two at once quick': 'passed',
      'in the body': 'passed',
      'a second file is profiled too': 'passed',
      'and its quick requests pass': 'passed'
    })
  })

  test('findings', () => {
    const { findings } = run.report!
    // Told first: without a place, it is the kind that says why.
    expect(findings.filter(({ location, confidence }) => location === undefined && confidence !== 'inconclusive')).toEqual([])
    expect(describeFindings(findings)).toEqual([
      `error blocking-call ${RANK} | own options > the rule as an error | GET /ranks?error`,
      `warn blocking-call ${RANK} | a second file is profiled too | GET /ranks?second`,
      `warn blocking-call ${RANK} | in the body`,
      `warn blocking-call ${RANK} | matchers > fail | GET /ranks?of=all`,
      `warn blocking-call ${RANK} | matchers > pass negated | GET /ranks?of=all`,
      `warn blocking-call ${RANK} | own options > a lower threshold | GET /ranks?ms=80`,
      `warn blocking-call ${RANK} | two at once > busy | GET /ranks?busy`
    ])
  })

  test('messages', () => {
    expect(withoutLines(failureMessage(run, 'matchers fail'), run)).toMatchInlineSnapshot(`
      "Error: expect(received).toHaveNoBlockingCalls()

      Expected GET /ranks?of=all to have no blocking call over 100 ms
      Received 1 blocking call, <time> in all

        <time>  cpu  rankPlayers  <rank>:7
                from GET /ranks?of=all handler  <call>:19
                split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread"
    `)
    expect(withoutLines(failureMessage(run, 'own options the rule as an error'), run)).toMatchInlineSnapshot(`
      "AsyncProfilerError: rankPlayers blocked the event loop for <time> (threshold 100 ms)
      in GET /ranks?error
      split the work and yield between parts (await setImmediate from node:timers/promises), or move it to a worker thread
      (15 frames of dependencies and Node left out)"
    `)
  })

  test('the report is as its schema says', () => {
    expect(schemaErrors(run)).toEqual([])
  })
})

/** Lines follow the markers, so that the project can be edited. */
function withoutLines(text: string, run: Parameters<typeof normalize>[1]): string {
  return normalize(text, run, ['100 ms']).replaceAll(RANK, '<rank>').replaceAll(CALL, '<call>')
}
