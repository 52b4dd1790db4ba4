import { beforeAll, describe, expect, test } from 'vitest'
import { readFixture } from './harness/fixtures.ts'
import { testStates } from './harness/report.ts'
import { type RunOptions, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const { 'src/collect.ts': COLLECT = '', 'test/many.test.ts': MANY = '', 'test/collected.test.ts': COLLECTED = '' } = readFixture('memory')

const FILES = 10
const TESTS_A_FILE = 500

describe('5,000 tests in one worker', () => {
  const files = {
    'src/collect.ts': COLLECT,
    ...Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`test/many-${i}.test.ts`, MANY]))
  }
  const options: RunOptions = { files, isolate: false, args: ['--maxWorkers=1'] }
  let run: RunResult
  /** Bytes in use after each file, without the plugin and with it. */
  let plain: number[]
  let own: number[]

  beforeAll(async () => {
    plain = heapOf(await runPlain(options))
    run = await runWith(options)
    own = heapOf(run)
  })

  test('all pass, and nothing is found in them', () => {
    expect(run.exitCode).toBe(0)
    expect(run.results!.numTotalTests).toBe(FILES * TESTS_A_FILE)
    expect(run.report!.tests).toHaveLength(FILES * TESTS_A_FILE)
    expect(run.report!.findings).toEqual([])
  })

  // Each is what the worker had in use after a full collection, so the same from run to run within some 0.5 MB.
  test('what the plugin has in memory at the end', () => {
    const megabytes = (own.at(-1)! - plain.at(-1)!) / 1e6
    expect(megabytes).toBeLessThan(10)
  })

  // Its code and what it keeps at most are there after the first file: from then on nothing may stay of a test. Vitest
  // itself grows by 0.2 kB a test.
  test('what it keeps of each test', () => {
    const growth = (heap: number[]): number => heap.at(-1)! - heap[0]!
    const bytesATest = (growth(own) - growth(plain)) / ((FILES - 1) * TESTS_A_FILE)
    expect(bytesATest).toBeLessThan(1000)
  })
})

describe.each(MAJORS)('what a test drops is collected, vitest %i', (vitest) => {
  const options: RunOptions = { vitest, files: { 'src/collect.ts': COLLECT, 'test/collected.test.ts': COLLECTED } }

  test('as without the plugin', async () => {
    const plain = await runPlain(options)
    expect(plain.exitCode).toBe(0)
    const run = await runWith(options)
    expect(failed(run)).toEqual([])
    expect(testStates(run)).toEqual(testStates(plain))
    expect(run.exitCode).toBe(0)
  })
})

const failed = ({ results }: RunResult): string[] =>
  results!.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
  )

const EXPOSED = `test: { execArgv: ['--expose-gc'] }`

const runPlain = (options: RunOptions): Promise<RunResult> => runVitest({ ...options, config: `export default { ${EXPOSED} }\n` })

async function runWith(options: RunOptions): Promise<RunResult> {
  // A busy machine's stalls are no concern of this test.
  const plugin = `asyncProfiler({ blockingThreshold: 1000, report: { json: 'report.json' } })`
  const run = await runVitest({
    ...options,
    config: `import asyncProfiler from 'vitest-async-profiler'\n\nexport default { plugins: [${plugin}], ${EXPOSED} }\n`
  })
  if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
  return run
}

function heapOf(run: RunResult): number[] {
  const lines = run.read('heap.jsonl')?.trimEnd().split('\n') ?? []
  if (lines.length !== FILES) throw new Error(`not all files were measured\n${run.stdout}\n${run.stderr}`)
  return lines.map(Number)
}
