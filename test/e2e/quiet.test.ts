import { beforeAll, describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import { readFixture } from './harness/fixtures.ts'
import { schemaErrors } from './harness/report.ts'
import { type Pool, type RunResult, runVitest } from './harness/run-vitest.ts'
import { type Major, MAJORS } from './harness/sandbox.ts'

/*
 * Suites as good projects have them: whatever they start, they end or wait for, or it harms nobody. Any finding in them is
 * a false one.
 */
const FIXTURE = readFixture('quiet')
const FILES = { ...FIXTURE, 'test/happy-dom.test.ts': FIXTURE['test/jsdom.test.ts']!.replace('jsdom', 'happy-dom') }
const SUITES = Object.keys(FILES)
  .flatMap((path) => /^test\/(.+)\.test\.ts$/.exec(path)?.[1] ?? [])
  .toSorted()

/**
 * A false finding would fail its test, not only be told. What a busy machine makes of 50 ms in which a framework is loaded is no
 * concern of this test: it was 270 ms once.
 */
const STRICT: Options = {
  blockingThreshold: 1000,
  rules: { 'leaked-resource': 'error', 'floating-promise': 'error', 'never-settles': 'error', 'unhandled-rejection': 'error' }
}

/** Those in which a pool could make a difference. */
const CORE = [
  'abort',
  'concurrent',
  'deferred',
  'events',
  'express',
  'fake-timers',
  'fetch',
  'fixtures',
  'handles',
  'hooks',
  'jsdom',
  'pool',
  'races',
  'streams'
]

interface Place {
  place: string
  suites?: string[]
  vitest?: Major
  pool?: Pool
  isolate?: boolean
  plugin?: Options
}
const PLACES: Place[] = [
  { place: 'vitest 5, forks' },
  { place: 'vitest 5, forks that are shared', isolate: false },
  { place: 'vitest 5, threads', suites: CORE, pool: 'threads' },
  { place: 'vitest 5, vmForks', suites: CORE, pool: 'vmForks' },
  { place: 'vitest 5, async-hooks', suites: CORE, isolate: false, plugin: { ...STRICT, backend: 'async-hooks' } },
  { place: 'vitest 4, forks', suites: CORE, vitest: 4 },
  { place: 'vitest 4, forks that are shared', vitest: 4, isolate: false }
]

describe.each(PLACES)('$place', ({ place: _, suites = SUITES, plugin = STRICT, ...where }) => {
  let run: RunResult

  beforeAll(async () => {
    run = await runVitest({ ...where, files: filesOf(suites), plugin, ...AS_USUAL })
    if (run.report === undefined) throw new Error(`the run wrote no report\n${run.stdout}\n${run.stderr}`)
  })

  test.each(suites)('%s', (suite) => {
    expect(findingsIn(run, `test/${suite}.test.ts`)).toEqual([])
    expect(failuresIn(run, `test/${suite}.test.ts`)).toEqual([])
  })

  test('the run passes, and nothing else is told', () => {
    expect(findingsIn(run)).toEqual([])
    expect(run.report!.notices).toEqual([])
    expect(run.exitCode, run.stderr).toBe(0)
    expect(schemaErrors(run)).toEqual([])
    const profiled = run.report!.tests.filter(({ profile }) => profile !== undefined)
    expect(new Set(profiled.map(({ file }) => file)).size).toBe(suites.length)
  })
})

describe('the same without the plugin', () => {
  test.each(MAJORS)('vitest %i', async (vitest) => {
    const run = await runVitest({ vitest, isolate: false, files: FILES, config: 'export default {}\n', ...AS_USUAL })
    expect(SUITES.flatMap((suite) => failuresIn(run, `test/${suite}.test.ts`))).toEqual([])
    expect(run.exitCode, run.stderr).toBe(0)
  })
})

/** Two workers at once disturb each other's timing, as they do anywhere. */
const AS_USUAL = { ownModules: true, args: ['--maxWorkers=2'] }

/** The project with only some of its test files. */
function filesOf(suites: readonly string[]): Record<string, string> {
  const tests = new Set(suites.map((suite) => `test/${suite}.test.ts`))
  return Object.fromEntries(Object.entries(FILES).filter(([path]) => !path.startsWith('test/') || tests.has(path)))
}

/** What is told of a file, or of all. */
function findingsIn({ report }: RunResult, suite?: string): string[] {
  return report!.findings
    .filter(({ file }) => suite === undefined || file === suite)
    .map(
      ({ rule, confidence, message, location, test: of }) =>
        `${rule}, ${confidence}: ${message} at ${location?.file}:${location?.line} in ${of?.name ?? 'the file'}`
    )
}

function failuresIn({ results }: RunResult, suite: string): string[] {
  const file = results!.testResults.find(({ name }) => name.replaceAll('\\', '/').endsWith(`/${suite}`))
  if (file === undefined) return ['did not run']
  const failed = file.assertionResults.filter(({ status }) => status === 'failed')
  return [
    ...failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`),
    ...(file.message === '' ? [] : [file.message])
  ]
}
