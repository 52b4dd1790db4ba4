import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/model/finding.ts'
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
const line = (key: string): string => markedLines(FILES, 'BLAME', key)[0] ?? `no line is marked ${key}`
const BLOCK = line('block')
const STRANGE = [
  'added-listener',
  'closed-twice',
  'descriptors',
  'fetched',
  'left-fake',
  'listeners',
  'not-restored',
  'odd-resources',
  'rejections',
  'restored'
]
const TESTS = 96

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

describe.each(MAJORS)('fakes and spies, vitest %i', (vitest) => {
  let run: RunResult

  beforeAll(async () => {
    run = await runWith({ vitest, files: pick(['dropped-fetch', 'faked', 'same-name', 'spied'].map((name) => `test/${name}.test.ts`)) })
  })
  const findingsIn = (name: string): Finding[] => run.report!.findings.filter(({ file }) => file === `test/${name}.test.ts`)

  test('spies count the test’s own calls', () => {
    expect(run.read('spied.txt')).toBe('')
  })

  test('under each fake a stall is found with its line and its length, and a leak with its line', () => {
    const stalls = Object.entries(JSON.parse(run.read('stalls.json')!) as Record<string, number>)
    expect(stalls).toHaveLength(19)
    const found = findingsIn('faked')
    expect(describeFindings(found)).toEqual(
      stalls
        .flatMap(([name]) => [
          `warn blocking-call ${line('faked stall')} | ${name}`,
          `warn leaked-resource ${line('faked leak')} | ${name}`
        ])
        .toSorted()
    )
    // What is short of the stall's own time is a call before it; what is over it, the rest of the test and the machine.
    const wrong = stalls.filter(([name, ms]) => {
      const told = found.find(({ rule, test: whose }) => rule === 'blocking-call' && whose?.name === name)?.durationMs ?? 0
      return told < ms * 0.9 || told > ms * 1.3 + 100
    })
    expect(wrong).toEqual([])
    expect(oursIn(run)).toEqual([])
  })

  test('what fetch gives is told where it is dropped, and only there', () => {
    expect(describeFindings(findingsIn('dropped-fetch'))).toEqual([
      `warn floating-promise ${line('dropped fetch')} | drops what fetch gives`
    ])
  })

  test('of tests of one name each has its own rules, budgets and failures', () => {
    const [file] = run.results!.testResults.filter(({ name }) => name.endsWith('same-name.test.ts'))
    expect(file!.assertionResults.map(({ fullName, status }) => `${fullName}: ${status}`)).toEqual([
      'of one name: failed',
      'of one name: passed',
      'of one name: passed',
      'a suite of one name: passed',
      'a suite of each: passed',
      'a suite of each: passed',
      'a suite of one name: failed',
      'within a budget: passed',
      'within a budget: failed'
    ])
    const leak = line('same leak')
    expect(
      findingsIn('same-name')
        .map(
          ({ rule, severity, test: whose, occurrences, location }) =>
            `${severity} ${rule} ${whose?.name} ×${occurrences} ${location && leak === `${location.file}:${location.line}`}`
        )
        .toSorted()
    ).toEqual([
      'error lag-budget within a budget ×1 true',
      'error leaked-resource a suite > of one name ×1 true',
      'error leaked-resource of one name ×1 true',
      'warn leaked-resource a suite > of each ×2 true',
      'warn leaked-resource a suite > of one name ×1 true',
      'warn leaked-resource of one name ×1 true',
      'warn leaked-resource within a budget ×2 true'
    ])
  })
})

describe.each(MAJORS)('no descriptor is left when a test ends, vitest %i', (vitest) => {
  const files = pick(['test/no-descriptors.test.ts'])
  const lost = expect.stringMatching(/what was measured of the test "none is left when a test with a stall ends" is lost: .*EMFILE/)

  test('it passes, the run says what it does not know, and the next test is seen', async () => {
    const run = await runWith({ vitest, files })
    expect(Object.values(testStates(run))).toEqual(['passed', 'passed'])
    expect(run.exitCode).toBe(0)
    expect(run.report!.notices).toEqual([lost])
    expect(describeFindings(run.report!.findings)).toEqual([
      `warn blocking-call ${line('descriptors again')} | they are there again for a second stall`
    ])
  })

  test('a run that could have failed for it fails', async () => {
    const run = await runVitest({ ...LIMITS, vitest, files, plugin: { backend: 'inspector', budgets: [{ maxLag: 100_000 }] } })
    expect(Object.values(testStates(run))).toEqual(['passed', 'passed'])
    expect(run.report!.failures).toEqual([lost])
    expect(run.exitCode).toBe(1)
  })
})

describe.each(MAJORS)('nothing passes unmeasured, vitest %i', (vitest) => {
  test('what was not seen, or only by a copy', async () => {
    const files = pick(['unmeasured/unmeasured.test.ts', 'unmeasured/early.ts', 'unmeasured/helper.ts'])
    const run = await runWith({ vitest, files })
    expect(failuresOf(run)).toEqual([])
    expect(Object.keys(testStates(run))).toHaveLength(8)
  })

  test('what is switched off', async () => {
    const config = configOf("{ detectBlocking: false, monitorEventLoop: false, report: { json: 'report.json' } }")
    const run = await runVitest({ ...LIMITS, vitest, files: pick(['unmeasured/off.test.ts']), config })
    expect(failuresOf(run)).toEqual([])
    expect(Object.keys(testStates(run))).toHaveLength(1)
  })
})

describe.each([
  ['forks', 5],
  ['vmThreads', 5],
  ['forks', 4]
] as const)('a folder with an odd name, %s, vitest %i', (pool, vitest) => {
  let run: RunResult
  let parent: string

  beforeAll(async () => {
    parent = realpathSync(mkdtempSync(join(tmpdir(), 'vap-odd-')))
    // Vite itself finds nothing in a folder with a `#`, and Vitest no dependency in one with a `%`.
    const root = join(parent, 'a b ü [1] (x)')
    mkdirSync(root)
    run = await runWith({ vitest, pool, root, ownModules: true, files: pick(['odd/odd.test.ts']) })
    return () => rmSync(parent, { recursive: true, force: true })
  })

  test('findings have their lines', () => {
    expect(describeFindings(run.report!.findings)).toEqual(
      [
        `warn blocking-call ${line('odd stall')} | fails by a matcher`,
        `warn blocking-call ${line('odd stall')} | stalls`,
        `warn leaked-resource ${line('odd leak')} | leaks`,
        `warn floating-promise ${line('odd promise')} | drops a promise`,
        `error unhandled-rejection ${line('odd rejection')} | rejects, and nobody handles it`
      ].toSorted()
    )
  })

  test('errors begin at the user’s code', () => {
    const failures = Object.fromEntries(
      run
        .results!.testResults.flatMap(({ assertionResults }) => assertionResults)
        .map(({ fullName, failureMessages }) => [fullName, failureMessages.join('\n')])
    )
    expect(failures['fails by a matcher']).toContain(`block  ${line('odd stall')}`)
    expect(failures['fails by a patched function']).toContain('ENOENT')
    expect(failures['fails by a patched function']).toContain('odd.test.ts')
    const ours = Object.values(failures)
      .flatMap((text) => text.split('\n'))
      .filter((text) => /vitest-async-profiler.*(?:worker|setup|matchers|test)\.js/.test(text))
    expect(ours).toEqual([])
    expect(oursIn(run)).toEqual([])
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
      expect(testStates(run)).toMatchObject({
        'comes first': 'passed',
        blocks: 'passed',
        'comes last': 'passed',
        'passes in time': 'passed'
      })
      const { findings, tests } = run.report!
      expect(describeFindings(findings.filter(({ file }) => file === 'killed/before.test.ts'))).toEqual([
        `warn blocking-call ${BLOCK} | blocks`
      ])
      expect(
        tests
          .filter(({ profile }) => profile !== undefined)
          .map(({ name }) => name)
          .toSorted()
      ).toEqual(['blocks', 'comes first', 'comes last', 'passes in time'])
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

const configOf = (options: string): string => `import { defineConfig } from 'vitest/config'
import asyncProfiler from 'vitest-async-profiler'

export default defineConfig({ plugins: [asyncProfiler(${options})] })
`

const failuresOf = ({ results }: RunResult): string[] =>
  results!.testResults.flatMap(({ message, assertionResults }) => [
    ...(message === '' ? [] : [message]),
    ...assertionResults.flatMap(({ fullName, failureMessages }) => failureMessages.map((text) => `${fullName}: ${text}`))
  ])

/** By file: several have tests of the same name. */
function statesOf({ results }: RunResult): string[] {
  const all = results!.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => `${name.split('/').at(-1)}: ${fullName}: ${status}`)
  )
  return all.toSorted()
}

/** Without the runner's own frames: a test begins in a continuation of its own, which leaves out some below it. */
const told = (run: RunResult): string =>
  normalize(run.stderr, run)
    .replaceAll(/\(node:\d+\)/g, '(node)')
    .replaceAll(/^ *❯ .*\/vitest\/dist\/.*\n/gm, '')

const LIMITS = { args: ['--maxWorkers=1', '--slowTestThreshold=5000'], timeoutMs: 30_000 }

const runPlain = (options: RunOptions): Promise<RunResult> => runVitest({ ...LIMITS, ...options, config: 'export default {}\n' })

async function runWith(options: RunOptions): Promise<RunResult> {
  const run = await runVitest({ ...LIMITS, ...options, plugin: { backend: 'inspector' } })
  if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
  return run
}

/** Lines of an error output that show a place in the package. */
const oursIn = ({ stderr }: RunResult): string[] => stderr.split('\n').filter((line) => line.includes('vitest-async-profiler/dist'))
