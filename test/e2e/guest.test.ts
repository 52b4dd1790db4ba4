import { beforeAll, describe, expect, test } from 'vitest'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings, schemaErrors, testStates } from './harness/report.ts'
import { type RunOptions, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

/*
 * Tests that replace, break or close what the profiler itself relies on: they must not notice that it is there, and it
 * must not fall over them.
 */
const { 'src/work.ts': WORK = '' } = readFixture('wiring')
const FILES: Record<string, string> = {
  ...readFixture('guest'),
  'src/work.ts': WORK,
  'killed/before.test.ts': `import { test } from 'vitest'
import { block } from '../src/work.ts'

test('comes first', () => {})

test('blocks', () => {
  block(150)
})
`
}
const [BLOCK = ''] = markedLines(FILES, 'BLAME', 'block')
const STRANGE = ['added-listener', 'closed-twice', 'left-fake', 'listeners', 'not-restored', 'odd-resources', 'rejections', 'restored']
const TESTS = 43

const PLACES: [string, RunOptions][] = [
  ['vitest 5, forks', { files: {} }],
  ['vitest 5, threads', { files: {}, pool: 'threads' }],
  ['vitest 5, vmThreads, shared', { files: {}, pool: 'vmThreads', isolate: false }],
  ['vitest 4', { files: {}, vitest: 4 }]
]

describe.each(PLACES)('strange tests, %s', (_name, where) => {
  const options: RunOptions = { ...where, files: pick(STRANGE.map((name) => `test/${name}.test.ts`)) }
  let plain: RunResult
  let run: RunResult

  beforeAll(async () => {
    plain = await runPlain(options)
    run = await runWith(options)
  })

  test('pass or fail as without the plugin', () => {
    expect(statesOf(run)).toHaveLength(TESTS)
    expect(statesOf(run)).toEqual(statesOf(plain))
    expect(run.exitCode).toBe(plain.exitCode)
    expect(told(run)).toBe(told(plain))
  })

  test('see as many listeners on the process', () => {
    expect(run.read('counts.txt')).toContain('unhandledRejection 1, uncaughtException 1,')
    expect(run.read('counts.txt')).toBe(plain.read('counts.txt'))
  })

  test('are in the report', () => {
    expect(run.report!.tests).toHaveLength(TESTS)
    expect(schemaErrors(run)).toEqual([])
  })
})

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('errors that nobody handles are told, and fail the run', async () => {
    const run = await runWith({ vitest, files: pick(['test/unhandled.test.ts']) })
    expect(run.stderr).toContain('Error: nobody handles it')
    expect(run.stderr).toContain('Error: thrown in a timer')
    expect(run.exitCode).toBe(1)
    expect(Object.keys(testStates(run))).toHaveLength(3)
    expect(testStates(run)['passes']).toBe('passed')
    expect(run.report!.tests.map(({ name }) => name)).toContain('throws in a timer')
    expect(oursIn(run)).toEqual([])
  })

  describe('a worker that is killed in the middle of a file', () => {
    let run: RunResult
    let plain: RunResult

    beforeAll(async () => {
      const options = { vitest, files: pick(['src/work.ts', 'killed/before.test.ts', 'killed/killed.test.ts', 'killed/later.test.ts']) }
      plain = await runPlain(options)
      run = await runWith(options)
    })

    test('costs what it costs without the plugin', () => {
      expect(testStates(run)).toEqual(testStates(plain))
      expect(run.exitCode).toBe(1)
      expect(plain.exitCode).toBe(1)
      expect(told(run)).toBe(told(plain))
      expect(oursIn(run)).toEqual([])
    })

    test('loses nothing of what was done before, and of the other files', () => {
      expect(testStates(run)).toMatchObject({ 'comes first': 'passed', blocks: 'passed', 'comes last': 'passed', 'passes in time': 'passed' })
      const { findings, tests } = run.report!
      expect(describeFindings(findings.filter(({ file }) => file === 'killed/before.test.ts'))).toEqual([`warn blocking-call ${BLOCK} | blocks`])
      expect(tests.filter(({ profile }) => profile !== undefined).map(({ name }) => name).toSorted()).toEqual(['blocks', 'comes first', 'comes last', 'passes in time'])
      expect(schemaErrors(run)).toEqual([])
    })

    test('is told in one sentence, with what was not seen', () => {
      expect(run.report!.notices).toEqual([
        'killed/killed.test.ts: the worker died before the end of the file; what its unfinished tests did, and what the file left behind, was not seen'
      ])
    })
  })
})

function pick(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, FILES[path]!]))
}

/** By file: several have tests of the same name. */
function statesOf({ results }: RunResult): string[] {
  const all = results!.testResults.flatMap(({ name, assertionResults }) => assertionResults.map(({ fullName, status }) => `${name.split('/').at(-1)}: ${fullName}: ${status}`))
  return all.toSorted()
}

const told = (run: RunResult): string => normalize(run.stderr, run).replaceAll(/\(node:\d+\)/g, '(node)')

const LIMITS = { args: ['--maxWorkers=1', '--slowTestThreshold=5000'], timeoutMs: 30_000 }

const runPlain = (options: RunOptions): Promise<RunResult> => runVitest({ ...LIMITS, ...options, config: 'export default {}\n' })

async function runWith(options: RunOptions): Promise<RunResult> {
  const run = await runVitest({ ...LIMITS, ...options, plugin: { backend: 'inspector' } })
  if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
  return run
}

/** Lines of an error output that show a place in the package. */
const oursIn = ({ stderr }: RunResult): string[] => stderr.split('\n').filter((line) => line.includes('vitest-async-profiler/dist'))
