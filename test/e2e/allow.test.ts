import { describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import type { Allow } from '../../src/model/options.ts'
import { readFixture } from './harness/fixtures.ts'
import { schemaErrors, testStates } from './harness/report.ts'
import { type RunOptions, type RunResult, runVitest } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const FILES = {
  'src/work.ts': readFixture('outcomes')['src/work.ts']!,
  'node_modules/slow-lib/package.json': JSON.stringify({ name: 'slow-lib', type: 'module', main: 'index.js' }),
  // By the CPU's clock: beside another run, less of a wall clock's time would be work.
  'node_modules/slow-lib/index.js': `const cpuMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
export function spin(ms) {
  const until = cpuMs() + ms
  let sum = 0
  do {
    for (let i = 0; i < 20_000; i++) sum += Math.sqrt(i)
  } while (cpuMs() < until)
  return sum
}
`,
  'test/culprit.test.ts': `import { describe, test } from 'vitest'
import { spin } from 'slow-lib'
import { block } from '../src/work.ts'

describe('GET /report', () => {
  test('blocks', () => void block(200))
})

test('uses a library', () => void spin(200))
`
}

const OWN: Allow = { rule: 'blocking-*', file: 'src/*.ts', function: 'block', test: 'GET /report > *', reason: 'to be rewritten' }
const LIBRARY: Allow = { package: 'slow-lib', reason: 'known upstream' }
const OTHER: Allow = { file: 'src/gone.ts', function: '*Sync', reason: 'a leftover' }
const NOTICE =
  "allow { file: 'src/gone.ts', function: '*Sync' } (a leftover) matched no finding of this run; remove it if what it was for is mended"

const statuses = ({ report }: RunResult): string[] =>
  report!.findings
    .filter(({ rule }) => rule === 'blocking-call')
    .map(({ status, severity, test: of }) => `${status} ${severity} ${of?.name}`)
    .toSorted()

const warnings = ({ report }: RunResult): boolean[] => report!.tests.map(({ profile }) => profile!.hasWarnings)

function run(plugin: Options, options: Partial<RunOptions> = {}): Promise<RunResult> {
  return runVitest({ files: FILES, plugin: { backend: 'inspector', ...plugin }, args: ['--maxWorkers=1'], ...options })
}

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('a warning is counted, not shown', async () => {
    const before = await run({}, { vitest })
    expect(statuses(before)).toEqual(['new warn GET /report > blocks', 'new warn uses a library'])
    expect(warnings(before)).toEqual([true, true])
    expect(before.stdout).toContain('2 blocking')

    const after = await run({ allow: [OWN, LIBRARY] }, { vitest })
    expect(after.exitCode).toBe(0)
    expect(schemaErrors(after)).toEqual([])
    expect(statuses(after)).toEqual(['allowed warn GET /report > blocks', 'allowed warn uses a library'])
    expect(warnings(after)).toEqual([false, false])
    expect(after.report!.notices).toEqual([])
    // The backend stands after it where the line has room.
    expect(after.stdout).toContain(' Async  no findings in 2 tests · 2 allowed · ')
    expect(after.stdout).not.toContain('src/work.ts')
  })

  test('an error fails nothing; what is not allowed still does', async () => {
    const rules = { 'blocking-call': 'error' } as const
    const before = await run({ rules }, { vitest })
    expect(before.exitCode).toBe(1)
    expect(testStates(before)).toEqual({ 'GET /report blocks': 'failed', 'uses a library': 'failed' })

    const half = await run({ rules, allow: [OWN] }, { vitest })
    expect(half.exitCode).toBe(1)
    expect(testStates(half)).toEqual({ 'GET /report blocks': 'passed', 'uses a library': 'failed' })
    expect(half.stdout).toContain('1 blocking · 1 allowed')

    const after = await run({ rules, allow: [OWN, LIBRARY] }, { vitest })
    expect(after.exitCode).toBe(0)
    expect(testStates(after)).toEqual({ 'GET /report blocks': 'passed', 'uses a library': 'passed' })
    expect(statuses(after)).toEqual(['allowed error GET /report > blocks', 'allowed error uses a library'])
  })
})

test('budgets of stalls do not count what is allowed, with the rule off either', async () => {
  const budgets = { blockingCalls: 0, totalBlocking: 150 }
  const verdicts = ({ report }: RunResult): string[] =>
    report!.budgets.map(
      ({ budget, verdict, measured, contributors }) => `${budget} ${verdict} ${measured > 0} ${contributors.map(({ file }) => file)}`
    )
  const before = await run({ budgets })
  expect(before.exitCode).toBe(1)
  expect(verdicts(before).map((each) => each.split(' ', 2).join(' '))).toEqual(['blockingCalls over', 'totalBlocking over'])

  const half = await run({ budgets, allow: [LIBRARY] })
  expect(half.exitCode).toBe(1)
  expect(verdicts(half)).toEqual(['blockingCalls over true src/work.ts', 'totalBlocking over true src/work.ts'])

  for (const rule of ['warn', 'off'] as const) {
    const after = await run({ budgets, allow: [OWN, LIBRARY], rules: { 'blocking-call': rule } })
    expect(after.exitCode).toBe(0)
    expect(verdicts(after)).toEqual(['blockingCalls within false ', 'totalBlocking within false '])
    expect(after.report!.notices).toEqual([])
  }
})

test("a test's own budget does not count it", async () => {
  const budgeted = FILES['test/culprit.test.ts'].replace(
    "test('blocks', ",
    "test('blocks', { meta: { asyncProfiler: { budgets: { blockingCalls: 0 } } } }, "
  )
  const files = { ...FILES, 'test/culprit.test.ts': budgeted }
  expect((await run({}, { files })).exitCode).toBe(1)
  const after = await run({ allow: [OWN] }, { files })
  expect(after.exitCode).toBe(0)
  expect(after.report!.budgets.map(({ verdict }) => verdict)).toEqual(['within'])
})

test('going over a budget can be allowed itself, of the run and of a test', async () => {
  const budgeted = FILES['test/culprit.test.ts'].replace(
    "test('blocks', ",
    "test('blocks', { meta: { asyncProfiler: { budgets: { maxLag: 50 } } } }, "
  )
  const files = { ...FILES, 'test/culprit.test.ts': budgeted }
  const budgets = { blockingCalls: 0 }
  expect((await run({ budgets }, { files })).exitCode).toBe(1)
  const after = await run({ budgets, allow: [{ rule: 'lag-budget', reason: 'next week' }] }, { files })
  expect(after.exitCode).toBe(0)
  expect(after.report!.findings.filter(({ rule }) => rule === 'lag-budget').map(({ status }) => status)).toEqual(['allowed', 'allowed'])
  expect(after.stdout).toContain('2 blocking · 2 allowed')
})

test('that a test or a hook timed out can be allowed; Vitest fails it all the same', async () => {
  const waits = `import { test } from 'vitest'

test('waits', { timeout: 200 }, () => new Promise(() => {}))
`
  const hangs = `import { beforeAll, test } from 'vitest'

beforeAll(() => new Promise(() => {}), 200)
test('never runs', () => {})
`
  const { exitCode, report } = await run(
    { allow: [{ rule: 'stuck-test', reason: 'r' }] },
    { files: { 'test/waits.test.ts': waits, 'test/hangs.test.ts': hangs } }
  )
  expect(exitCode).toBe(1)
  expect(report!.findings.map(({ rule, status }) => `${status} ${rule}`)).toEqual(['allowed stuck-test', 'allowed stuck-test'])
  expect(report!.notices).toEqual([])
})

test('entries for what a file does and for what it leaves are both of use', async () => {
  const file = `import { beforeAll, test } from 'vitest'
import { block } from '../src/work.ts'

beforeAll(() => void block(200))
test('leaves an interval', () => void setInterval(() => {}, 1000))
`
  const allow: Allow[] = [
    { function: 'block', reason: 'r' },
    { rule: 'leaked-resource', reason: 'r' }
  ]
  const { exitCode, report } = await run({ allow }, { files: { 'src/work.ts': FILES['src/work.ts'], 'test/file.test.ts': file } })
  expect(exitCode).toBe(0)
  expect(report!.findings.map(({ rule, status }) => `${status} ${rule}`).toSorted()).toEqual([
    'allowed blocking-call',
    'allowed leaked-resource'
  ])
  expect(report!.notices).toEqual([])
})

describe('an entry that matched nothing', () => {
  test('is named in a whole run', async () => {
    const { exitCode, report } = await run({ allow: [OWN, OTHER, LIBRARY] })
    expect(exitCode).toBe(0)
    expect(report!.notices).toEqual([NOTICE])
  })

  test.each([
    ['a file', 'culprit'],
    ['a name', '-t', 'blocks'],
    ['a shard', '--shard=1/1']
  ])('is not in a run filtered by %s', async (_, ...filter) => {
    const { report } = await run({ allow: [OWN, OTHER] }, { args: ['--maxWorkers=1', ...filter] })
    expect(report!.findings.map(({ status }) => status)).toContain('allowed')
    expect(report!.notices).toEqual([])
  })

  test('is not in a run without tests', async () => {
    const { exitCode, stdout, stderr } = await run({ allow: [OTHER] }, { files: {}, args: ['--passWithNoTests'] })
    expect(exitCode).toBe(0)
    expect(stdout + stderr).toContain('No test files found')
    expect(stdout).not.toContain('matched no finding')
  })

  test('is not what only the first of two attempts needed', async () => {
    const retried = `import { test } from 'vitest'
import { block } from '../src/work.ts'

let attempts = 0
test('retried', { retry: 1 }, () => {
  if (attempts++ > 0) return
  block(200)
  throw new Error('once')
})
`
    const { exitCode, report } = await run(
      { allow: [{ function: 'block', reason: 'r' }] },
      { files: { 'src/work.ts': FILES['src/work.ts'], 'test/retried.test.ts': retried } }
    )
    expect(exitCode).toBe(0)
    expect(report!.notices).toEqual([])
  })
})

test.each(['threads', 'vmForks', 'vmThreads'] as const)('compiled globs reach workers of the pool %s', async (pool) => {
  expect(statuses(await run({ allow: [OWN] }, { pool }))).toEqual(['allowed warn GET /report > blocks', 'new warn uses a library'])
})

test('an inline project has the same entries, once', async () => {
  const config = `import { defineConfig } from 'vitest/config'
import asyncProfiler from 'vitest-async-profiler'

const options = ${JSON.stringify({ backend: 'inspector', allow: [OWN, OTHER], report: { json: 'report.json' } })}
export default defineConfig({
  plugins: [asyncProfiler(options)],
  test: { projects: [{ extends: true, test: { name: 'one', include: ['test/*.test.ts'] } }] }
})
`
  const result = await run({}, { config })
  expect(statuses(result)).toEqual(['allowed warn GET /report > blocks', 'new warn uses a library'])
  expect(result.report!.notices).toEqual([NOTICE])
})
