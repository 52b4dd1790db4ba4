import { beforeAll, describe, expect, test } from 'vitest'
import type { Options } from '../../src/config/options.ts'
import type { Finding } from '../../src/model/finding.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings, failureMessage, schemaErrors, testStates } from './harness/report.ts'
import { type Pool, type RunResult, runVitest } from './harness/run-vitest.ts'
import { type Major, MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('sync-calls')
const PROJECT = Object.fromEntries(Object.entries(FILES).filter(([path]) => !/^(?:test|starved)\//.test(path)))
const NO_PLUGIN = `import { defineConfig } from 'vitest/config'\n\nexport default defineConfig({})\n`

const blame = (key: string): string => {
  const [line, ...others] = markedLines(FILES, 'BLAME', key)
  if (line === undefined || others.length > 0) throw new Error(`BLAME ${key} does not stand on one line`)
  return line
}

interface Run {
  vitest?: Major
  pool?: Pool
  isolate?: boolean
  plugin?: Options
  config?: string
  results?: boolean
}

/** Runs some of the fixture's test files. */
async function run(names: string[], { vitest = 5, plugin = { backend: 'inspector' }, ...more }: Run = {}): Promise<RunResult> {
  const tests = names.map((name) => `test/${name}.test.ts`)
  const files = { ...PROJECT, ...Object.fromEntries(tests.map((path) => [path, FILES[path]!])) }
  const ended = await runVitest({ vitest, files, plugin, args: ['--maxWorkers=1', '--slowTestThreshold=5000'], ...more })
  if (more.config === undefined && ended.report === undefined) throw new Error(`the run wrote no report\n${ended.stdout}\n${ended.stderr}`)
  return ended
}

const WARN: Options = { backend: 'inspector', rules: { 'sync-call': 'warn' } }
const ERROR: Options = { backend: 'inspector', rules: { 'sync-call': 'error' } }

/** What is to be found in `calls.test.ts`: nothing in any of its mended tests. */
const found = (severity: 'warn' | 'error'): string[] =>
  [
    ['body', 'body'],
    ['settings', 'own function'],
    ['settings', 'after an await'],
    ['exists', 'many calls'],
    ['throws', 'one that throws'],
    ['settings', 'in its cleanup'],
    ['settings', 'beforeEach > has it'],
    ['handler', 'request | GET /sync?a=1'],
    ['settings', 'request, later in its handler | GET /settings'],
    ['dependency in the test', 'dependency'],
    ['dependency', 'dependency in a request | GET /dependency']
  ]
    .map(([key = '', whose]) => `${severity} sync-call ${blame(key)} | ${whose}`)
    .toSorted()

const states = (result: RunResult, state: string): string[] =>
  Object.entries(testStates(result)).flatMap(([name, each]) => (each === state ? [name] : []))

const PLACES: [string, Run][] = [
  ['vitest 5, forks', {}],
  ['vitest 5, threads', { pool: 'threads' }],
  ['vitest 5, vmThreads', { pool: 'vmThreads' }],
  ['vitest 5, vmForks', { pool: 'vmForks' }],
  ['vitest 5, forks that are shared', { isolate: false }],
  ['vitest 5, async-hooks', { plugin: { ...WARN, backend: 'async-hooks' } }],
  // Its vm pools copy builtin modules before a setup file can patch them, and keep the copies to themselves.
  ['vitest 4', { vitest: 4 }]
]

describe.each(PLACES)('the rule sync-call, %s', (_name, where) => {
  let result: RunResult

  beforeAll(async () => {
    result = await run(['calls', 'exempt', 'import'], { plugin: WARN, ...where })
  })

  test('what is found, and what is exempt', () => {
    const again = `warn sync-call ${blame('again')} | call of a module that was imported so`
    expect(describeFindings(result.report!.findings)).toEqual([...found('warn'), again].toSorted())
  })

  test('nothing fails', () => {
    expect(states(result, 'failed')).toEqual([])
    expect(result.stderr).toBe('')
    expect(result.exitCode).toBe(0)
    expect(schemaErrors(result)).toEqual([])
  })

  test('a finding says what was called how often', () => {
    const { findings } = result.report!
    const many = findings.find(({ test: of }) => of?.name === 'many calls')!
    expect(many).toMatchObject({
      rule: 'sync-call',
      kind: 'sync-io',
      confidence: 'certain',
      occurrences: 4,
      evidence: { calls: 4 },
      location: { functionName: 'countFiles' },
      hint: 'use access of node:fs/promises, or open the file and handle ENOENT'
    })
    expect(many.message).toMatch(/^fs\.existsSync\('[^']+'\) in countFiles keeps the event loop while it works: 4 calls, [\d.]+ ms in all$/)
    const one = findings.find(({ test: of }) => of?.name === 'own function')!
    expect(one).toMatchObject({
      callee: "fs.readFileSync('package.json')",
      occurrences: 1,
      hint: 'use the async readFile, of node:fs/promises where it is a file system call'
    })
  })

  test('no stack goes on into the runner that called the test', () => {
    const { findings } = result.report!
    expect(findings.length).toBeGreaterThan(0)
    // Inside of own frames its assertions may stand, that call the test back.
    const outer = findings.flatMap(({ stack }) => stack.slice(stack.findLastIndex(({ file }) => /^(?:src|test)\//.test(file)) + 1))
    expect([...new Set(outer.map(({ file }) => file))].filter((file) => /node_modules\/(?:vitest|@vitest)\//.test(file))).toEqual([])
  })
})

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('the rule is off by default; a test or suite may set it', async () => {
    const result = await run(['calls', 'exempt', 'import', 'meta'], { vitest })
    const on = ['a suite > inherits', 'is on'].map((name) => `warn sync-call ${blame('settings')} | ${name}`)
    expect(describeFindings(result.report!.findings)).toEqual(on)
    expect(result.exitCode).toBe(0)
  })

  test('error: the test fails, at the line', async () => {
    const result = await run(['calls', 'exempt', 'import'], { vitest, plugin: ERROR })
    expect(result.exitCode).toBe(1)
    expect(describeFindings(result.report!.findings)).toEqual(
      [...found('error'), `error sync-call ${blame('again')} | call of a module that was imported so`].toSorted()
    )
    const names = [...new Set(found('error').map((line) => line.split(' | ')[1]!.replace(' > ', ' ')))]
    expect(states(result, 'failed').toSorted()).toEqual([...names, 'call of a module that was imported so'].toSorted())
    expect(told(failureMessage(result, 'own function'), result)).toMatchInlineSnapshot(`
      "AsyncProfilerError: fs.readFileSync('package.json') in readSettings keeps the event loop while it works: <time>
      use the async readFile, of node:fs/promises where it is a file system call"
    `)
    for (const line of ['settings', 'handler', 'dependency', 'body', 'again'].map(blame)) expect(result.stderr).toContain(` ${line}:`)
    expect(result.stderr).not.toContain('vitest-async-profiler/')
  })
})

/** The longest call is told first: of calls of some microseconds, that is now and then the other test's. */
async function firstTold(name: string): Promise<RunResult> {
  let result: RunResult
  let tries = 0
  do result = await run(['one'], { plugin: WARN, results: false })
  while (tries++ < 5 && result.report!.findings.toSorted((a, b) => b.durationMs! - a.durationMs!)[0]?.test?.name !== name)
  return result
}

test('a warning: the whole summary', async () => {
  const result = await firstTold('looks for four files')
  expect(result.stderr).toBe('')
  expect(summaryOf(result)).toMatchInlineSnapshot(`
    "Async  2 tests · inspector · overhead <time>

      warn <time>  src/work.ts:13:9  countFiles  sync-call · sync-io
            fs.existsSync('package.json') in countFiles keeps the event loop while
            it works: 4 calls, <time> in all
            test/one.test.ts > looks for four files
            test/one.test.ts > looks for one
            ×5 in 2 tests
            inside fs.existsSync('package.json')
              12 | for (const name of names) {
            > 13 |   if (existsSync(name)) count++ // BLAME exists
              14 | }
            → use access of node:fs/promises, or open the file and handle ENOENT

     2 sync calls"
  `)
})

describe('who replaces or wraps fs works as without the plugin', () => {
  const NAMES = ['spied', 'automock', 'factory', 'memory', 'patched']

  test.each(PLACES)('%s', async (_name, where) => {
    const { plugin = WARN, ...there } = where
    const without = await run(NAMES, { ...there, config: NO_PLUGIN })
    // In pools that share modules or have realms of their own, Vitest itself fails some.
    if (there.isolate !== false && !there.pool?.startsWith('vm')) expect(states(without, 'failed')).toEqual([])
    expect(Object.keys(testStates(without))).toHaveLength(15)
    const result = await run(NAMES, { ...there, plugin })
    expect(testStates(result)).toEqual(testStates(without))
    expect(normalize(result.stderr, result)).toBe(normalize(without.stderr, without))
    expect(result.exitCode).toBe(without.exitCode)
  })

  test('what is mocked is no sync call, what is passed on is one', async () => {
    const result = await run(NAMES, { plugin: WARN })
    const of = (file: string): string[] =>
      result
        .report!.findings.filter((finding) => finding.file === `test/${file}.test.ts`)
        .map(({ test: by, callee = '', occurrences }) => `${by?.name}: ${callee.replace(/\(.*/, '')} ×${occurrences}`)
        .toSorted()
    expect(of('automock')).toEqual(['the real one is at hand: fs.readFileSync ×1'])
    expect(of('factory')).toEqual(['one is replaced, the others are real: fs.existsSync ×2'])
    expect(of('memory')).toEqual([])
    expect(of('spied').filter((line) => line.startsWith('a spy that '))).toEqual([
      'a spy that passes on: fs.readFileSync ×1',
      'a spy that passes on: fs.readFileSync ×1'
    ])
    expect(of('patched')).toContain('still, in the next test: fs.statSync ×1')
  })
})

describe.each(MAJORS)('toHaveNoSyncCalls, the rule off, vitest %i', (vitest) => {
  let result: RunResult

  beforeAll(async () => {
    result = await run(['matchers'], { vitest })
  })

  test('states', () => {
    expect(states(result, 'failed')).toEqual([
      'a response',
      'not, of one without',
      'allow, another',
      'a function',
      'a function of several kinds'
    ])
    expect(states(result, 'passed')).toHaveLength(13)
    expect(result.report!.findings).toEqual([])
  })

  test.each<[string, string]>([
    ['a response', blame('handler')],
    ['a function', blame('exists')]
  ])('the line of %s', (name, line) => {
    expect(failureMessage(result, name)).toContain(`  ${line}:`)
  })

  test('messages', () => {
    const texts = states(result, 'failed').map((name) => `[${name}] ${told(failureMessage(result, name), result)}`)
    expect(texts.join('\n\n')).toMatchInlineSnapshot(`
      "[a response] expect(received).toHaveNoSyncCalls()

      Expected GET /sync to make no sync call
      Received 1 sync call

       <time>  sync-io  fs.statSync('package.json') in the handler of GET /sync  src/app.ts:10:25
                use the async stat, of node:fs/promises where it is a file system call

      [not, of one without] expect(received).not.toHaveNoSyncCalls()

      Expected GET /async to make a sync call
      Received none

      [allow, another] expect(received).toHaveNoSyncCalls()

      Expected GET /settings to make no sync call but existsSync, zlib.*
      Received 1 sync call

       <time>  sync-io  fs.readFileSync('package.json') in readSettings  src/work.ts:5:10
                use the async readFile, of node:fs/promises where it is a file system call

      [a function] expect(received).toHaveNoSyncCalls()

      Expected anonymous to make no sync call
      Received 3 sync calls

       <time>  sync-io  fs.existsSync('package.json') in countFiles  ×3  src/work.ts:13:9
                use access of node:fs/promises, or open the file and handle ENOENT

      [a function of several kinds] expect(received).toHaveNoSyncCalls()

      Expected several to make no sync call
      Received 3 sync calls

       <time>  sync-io  fs.existsSync('package.json') in countFiles  ×2  src/work.ts:13:9
                use access of node:fs/promises, or open the file and handle ENOENT

       <time>  sync-io  fs.readFileSync('package.json') in readSettings  src/work.ts:5:10
                use the async readFile, of node:fs/promises where it is a file system call"
    `)
  })
})

test('a call after more than are kept is not allowed by the others', async () => {
  const result = await run(['more-than-kept'])
  expect(states(result, 'failed')).toEqual(['the one that is not allowed comes last'])
})

describe('budgets', () => {
  test.each(MAJORS)('of a test, vitest %i', async (vitest) => {
    const result = await run(['budgets'], { vitest })
    const verdicts = result.report!.budgets.map(
      ({ scope, budget, allowed, measured, verdict }) => `${scope.test}: ${budget} ${measured} of ${allowed}, ${verdict}`
    )
    expect(verdicts).toEqual([
      'goes over its own: syncCalls 3 of 2, over',
      'keeps within its own: syncCalls 3 of 3, within',
      'is mended: syncCalls 0 of 0, within',
      'makes more calls than are kept, within: syncCalls 120 of 120, within',
      'makes more calls than are kept, over: syncCalls 120 of 119, over',
      'loads a module after many calls: syncCalls 60 of 60, within'
    ])
    expect(states(result, 'failed')).toEqual(['goes over its own', 'makes more calls than are kept, over'])
    expect(result.exitCode).toBe(1)
    expect(told(failureMessage(result, 'goes over its own'), result)).toMatchInlineSnapshot(`
      "AsyncProfilerError: goes over its own went over its budget: syncCalls was 3, allowed is 2
      start with the place that took most of it"
    `)
  })

  test('a budget finding names the line', async () => {
    const result = await run(['budgets'])
    const finding = result.report!.findings.find(({ test: of }) => of?.name === 'goes over its own')!
    expect(`${finding.location?.file}:${finding.location?.line}`).toBe(blame('exists'))
  })

  test('of files and of the run', async () => {
    const budgets = [
      { syncCalls: 1 },
      { files: 'test/meta.*', syncCalls: 4 },
      { files: 'test/meta.*', syncCalls: 5 },
      { files: 'test/exempt.*', syncCalls: 0 }
    ]
    const result = await run(['meta', 'exempt'], { plugin: { backend: 'inspector', budgets } })
    const verdicts = result.report!.budgets.map(
      ({ scope, allowed, measured, verdict }) => `${scope.files ?? 'the run'}: ${measured} of ${allowed}, ${verdict}`
    )
    expect(verdicts).toEqual([
      'the run: 5 of 1, over',
      'test/meta.*: 5 of 4, over',
      'test/meta.*: 5 of 5, within',
      'test/exempt.*: 0 of 0, within'
    ])
    expect(states(result, 'failed')).toEqual([])
    expect(result.exitCode).toBe(1)
  })
})

describe.each(MAJORS)('loop-starvation, vitest %i', (vitest) => {
  const files = {
    'src/work.ts': FILES['starved/work.ts']!,
    'test/work.test.ts': FILES['starved/work.test.ts']!.replace('./work.ts', '../src/work.ts')
  }
  const NAMES = ['a microtask chain', 'a nextTick chain', 'many callbacks']
  const starved = ({ report }: RunResult): Finding[] => report!.findings.filter(({ rule }) => rule === 'loop-starvation')
  let result: RunResult

  beforeAll(async () => {
    result = await runVitest({ vitest, files, plugin: { backend: 'inspector' } })
  })

  test('each form is found, and its mended form is not', () => {
    const line = blame('little').replace('starved/', 'src/')
    expect(describeFindings(starved(result))).toEqual(NAMES.map((name) => `warn loop-starvation ${line} | ${name}`))
    expect(starved(result)).toHaveLength(3)
    expect(result.exitCode).toBe(0)
    expect(schemaErrors(result)).toEqual([])
  })

  test('how many callbacks of what', () => {
    const by = new Map(starved(result).map((finding) => [finding.test!.name, finding.evidence]))
    const { microtasks } = by.get('a microtask chain')!
    expect(microtasks).toBeGreaterThanOrEqual(300)
    expect(microtasks).toBeLessThan(650)
    const { ticks } = by.get('a nextTick chain')!
    expect(ticks).toBeGreaterThanOrEqual(300)
    expect(ticks).toBeLessThan(320)
    const { callbacks } = by.get('many callbacks')!
    expect(callbacks).toBeGreaterThan(100)
    expect(callbacks).toBeLessThan(320)
  })

  /** Of a run of one test alone. */
  async function summary(name: string): Promise<string> {
    const one = await runVitest({
      vitest,
      files,
      plugin: { backend: 'inspector' },
      args: ['-t', `${name}$`, '--slowTestThreshold=5000'],
      results: false
    })
    expect(one.stderr).toBe('')
    return summaryOf(one).replace(/\b\d+(?= (?:promise continuations|process\.nextTick callbacks|callbacks))/g, '<count>')
  }

  test('the summary of a microtask chain', async () => {
    expect(await summary('a microtask chain')).toMatchInlineSnapshot(`
      "Async  1 test · inspector · overhead <time>

        warn <time>  src/work.ts:6:3  little                          loop-starvation
              <count> promise continuations ran in one turn of the event loop and kept it
              for <time>, most of it in little
              test/work.test.ts > a microtask chain
                5 | let sum = 0
              > 6 | for (let i = 0; i < 600_000; i++) sum += Math.sqrt(i) // BLAME li…
                7 | return sum
              → let the loop turn between parts: await setImmediate from
                node:timers/promises; an await of what is already done does not

       1 starvation"
    `)
  })

  test('the summary of a nextTick chain', async () => {
    expect(await summary('a nextTick chain')).toMatchInlineSnapshot(`
      "Async  1 test · inspector · overhead <time>

        warn <time>  src/work.ts:6:3  little                          loop-starvation
              <count> process.nextTick callbacks ran in one turn of the event loop and
              kept it for <time>, most of it in little
              test/work.test.ts > a nextTick chain
                5 | let sum = 0
              > 6 | for (let i = 0; i < 600_000; i++) sum += Math.sqrt(i) // BLAME li…
                7 | return sum
              → use setImmediate instead of process.nextTick: ticks run before
                anything else gets its turn

       1 starvation"
    `)
  })

  test('the summary of many callbacks', async () => {
    expect(await summary('many callbacks')).toMatchInlineSnapshot(`
      "Async  1 test · inspector · overhead <time>

        warn <time>  src/work.ts:6:3  little                          loop-starvation
              <count> callbacks ran in one turn of the event loop and kept it for <time>,
              most of it in little
              test/work.test.ts > many callbacks
                5 | let sum = 0
              > 6 | for (let i = 0; i < 600_000; i++) sum += Math.sqrt(i) // BLAME li…
                7 | return sum
              → do less at once: run them a few at a time, with await setImmediate
                from node:timers/promises between them

       1 starvation"
    `)
  })

  test('off', async () => {
    const off = await runVitest({ vitest, files, plugin: { backend: 'inspector', rules: { 'loop-starvation': 'off' } } })
    expect(starved(off)).toEqual([])
    expect(Object.keys(testStates(off))).toHaveLength(6)
  })
})

/** Without the padding of durations; assertions have names of their own in each major. */
const told = (text: string, result: RunResult): string =>
  normalize(text, result, ['100 ms'])
    .replace(/ +<time>/g, ' <time>')
    .replace(/^(?:AssertionError|Error): /gm, '')

/** Our part of the output, after Vitest's own summary. */
function summaryOf(result: RunResult): string {
  const text = told(result.stdout, result)
  // How wide a duration is, is seen by the space before the rule.
  return text
    .slice(text.lastIndexOf('Async  '))
    .replace(/\n+JSON report written.*/, '')
    .replace(/ {2,}(?=[a-z-]+ · )/g, '  ')
}
