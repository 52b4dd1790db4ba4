import { describe, expect, test } from 'vitest'
import { configWith, packageCopy, PLUGIN, runConfigured, summaries } from './harness/configured.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { normalize } from './harness/normalize.ts'
import { describeFindings } from './harness/report.ts'
import type { RunOptions, RunResult } from './harness/run-vitest.ts'
import { MAJORS } from './harness/sandbox.ts'

const FILES = readFixture('wiring')
const [BLAME = ''] = markedLines(FILES, 'BLAME', 'block')
const FOUND = [`warn blocking-call ${BLAME} | blocks`]
const configured = (options: Omit<RunOptions, 'files'> & { files?: RunOptions['files'] }): Promise<RunResult> =>
  runConfigured({ files: FILES, ...options })

describe.each(MAJORS)('vitest %i: a set-up that is not as it should be says so, and loses nothing', (vitest) => {
  test.each([
    [
      'the setup file',
      `{ setupFiles: ['vitest-async-profiler/setup'] }`,
      ['setupFiles names vitest-async-profiler/setup, which the plugin adds itself: remove it']
    ],
    [
      'the reporter',
      `{ reporters: ['default', 'vitest-async-profiler/reporter'] }`,
      ['reporters names vitest-async-profiler/reporter, which the plugin adds itself: remove it, and give its options to asyncProfiler()']
    ],
    [
      'both',
      `{ setupFiles: './node_modules/vitest-async-profiler/dist/setup.js', reporters: ['default', ['vitest-async-profiler/reporter', { report: { json: 'other.json' } }]] }`,
      [
        'setupFiles names vitest-async-profiler/setup, which the plugin adds itself: remove it',
        'reporters names vitest-async-profiler/reporter, which the plugin adds itself: remove it, and give its options to asyncProfiler()'
      ]
    ]
  ])('the plugin and %s', async (_what, testConfig, notices) => {
    const run = await configured({ vitest, config: configWith(testConfig) })
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
    expect(describeFindings(run.report!.findings)).toEqual(FOUND)
    expect(run.report!.notices).toEqual(notices)
    expect(summaries(run)).toHaveLength(1)
    expect(run.read('other.json')).toBeUndefined()
  })

  test('the plugin that is not called', async () => {
    const run = await configured({ vitest, config: configWith('{}', 'asyncProfiler') })
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toBe('')
    const told = normalize(run.stderr, run)
    expect(told).toContain('AsyncProfilerError: plugins holds asyncProfiler itself, which does nothing: call it, asyncProfiler()')
    expect(told).not.toContain('asyncProfiler() was called')
  })

  test('the plugin in `test`', async () => {
    const run = await configured({ vitest, config: configWith(`{ plugins: [${PLUGIN}] }`, '') })
    expect(run.stderr).toBe(
      'vitest-async-profiler: asyncProfiler() was called, but no config that Vitest read has its plugin: it belongs in plugins, beside test and not inside it\n'
    )
    expect(summaries(run)).toEqual([])
  })

  test.each([
    ['twice', `${PLUGIN}, asyncProfiler()`, ['asyncProfiler() is in the config more than once: the first one is used; remove the others']],
    ['in a list of its own', `[[${PLUGIN}]]`, []],
    ['behind a condition that is false, and again', `false, undefined, ${PLUGIN}`, []]
  ])('the plugin %s', async (_what, plugins, notices) => {
    const run = await configured({ vitest, config: configWith('{}', plugins) })
    expect(run.stderr).toBe('')
    expect(describeFindings(run.report!.findings)).toEqual(FOUND)
    expect(run.report!.notices).toEqual(notices)
    expect(summaries(run)).toHaveLength(1)
  })

  test('the reporter on the command line', async () => {
    const run = await configured({
      vitest,
      config: configWith('{}'),
      args: ['--reporter=default', '--reporter=vitest-async-profiler/reporter']
    })
    expect(run.stderr).toBe('')
    expect(describeFindings(run.report!.findings)).toEqual(FOUND)
    expect(run.report!.notices).toEqual([
      'reporters names vitest-async-profiler/reporter, which the plugin adds itself: remove it, and give its options to asyncProfiler()'
    ])
    expect(summaries(run)).toHaveLength(1)
  })

  test('the setup file as global setup', async () => {
    const run = await configured({ vitest, config: configWith(`{ globalSetup: ['vitest-async-profiler/setup'] }`) })
    expect(run.exitCode).toBe(1)
    expect(run.stderr).toContain('"vitest" is imported inside "globalSetup" (to fix this, use "setupFiles" instead')
  })

  test('no reporters', async () => {
    const run = await configured({ vitest, config: configWith('{ reporters: [] }') })
    expect(describeFindings(run.report!.findings)).toEqual(FOUND)
    expect(summaries(run)).toHaveLength(1)
  })

  test.each([
    ['nothing that holds options', 'asyncProfiler(null)', 'asyncProfiler(options) must be an object of options; received null'],
    [
      'an option of another name',
      'asyncProfiler({ blockingTreshold: 50 })',
      "asyncProfiler({ blockingTreshold }) is unknown (did you mean 'blockingThreshold'?); received 50"
    ],
    [
      'a report of another name',
      `asyncProfiler({ report: { jsn: 'x.json' } })`,
      "asyncProfiler({ report.jsn }) is unknown (did you mean 'json'?); received 'x.json'"
    ],
    [
      'a rule of another name',
      `asyncProfiler({ rules: { 'blocking-calls': 'error' } })`,
      "asyncProfiler({ rules['blocking-calls'] }) is unknown (did you mean 'blocking-call'?); received 'error'"
    ]
  ])('%s', async (_what, plugin, message) => {
    const run = await configured({ vitest, config: configWith('{}', plugin) })
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toBe('')
    expect(run.stderr.split('\n').filter((line) => line.includes('AsyncProfilerError'))).toEqual([expect.stringContaining(message)])
  })

  test.each([
    ['one test file', {}],
    ['more of them', { 'test/more.test.ts': FILES['test/work.test.ts']! }]
  ])('the setup file alone, with %s', async (_what, more) => {
    const run = await configured({
      vitest,
      files: { ...FILES, ...more },
      config: `export default { test: { setupFiles: ['vitest-async-profiler/setup'] } }`
    })
    expect(run.exitCode).toBe(0)
    const told = `${run.stdout}${run.stderr}`
      .split('\n')
      .filter((line) => line.includes('vitest-async-profiler/setup'))
      .map((line) => line.replace(/^.*Warning: /, ''))
    expect(told).toEqual([
      "vitest-async-profiler/setup runs without its reporter, so that nothing will be shown: use asyncProfiler() in plugins instead, or add 'vitest-async-profiler/reporter' to reporters"
    ])
  })

  test('the reporter alone', async () => {
    const run = await configured({
      vitest,
      config: `export default { test: { reporters: ['default', ['vitest-async-profiler/reporter', { report: { json: 'report.json' } }]] } }`
    })
    expect(run.exitCode).toBe(0)
    expect(run.report!.notices).toEqual(['the project is not profiled: add asyncProfiler() to the plugins of its Vitest config'])
    expect(summaries(run)).toHaveLength(1)
  })

  test.each([
    ['one version', undefined, []],
    [
      'two versions',
      '0.99.0',
      ['two versions of vitest-async-profiler run, 0.1.0 and 0.99.0, so that some findings may be lost: install one of them everywhere']
    ]
  ])('two copies, of %s', async (_what, version, notices) => {
    const inPackage = (name: string): Record<string, string> =>
      Object.fromEntries(
        Object.entries({ ...FILES, 'package.json': '{ "type": "module" }' }).map(([path, text]) => [`packages/${name}/${path}`, text])
      )
    const run = await configured({
      vitest,
      files: {
        ...inPackage('first'),
        ...inPackage('second'),
        ...packageCopy('packages/second', version),
        'packages/second/vitest.config.ts': configWith('{}', `asyncProfiler({ backend: 'inspector', report: { json: 'own.json' } })`)
      },
      config: configWith(`{ projects: ['packages/*'] }`)
    })
    expect(run.stderr).toBe('')
    expect(summaries(run)).toHaveLength(1)
    expect(run.report!.notices).toEqual(notices)
    expect(describeFindings(run.report!.findings)).toEqual(
      ['packages/first', 'packages/second'].map((folder) => `warn blocking-call ${folder}/${BLAME} | blocks`)
    )
    expect(JSON.parse(run.read('packages/second/own.json')!)).toMatchObject({ findings: [{ rule: 'blocking-call' }] })
  })

  test.each(['jsdom', 'happy-dom'])('%s, in a project that the package lies outside of', async (environment) => {
    const run = await configured({ vitest, config: configWith(`{ environment: '${environment}' }`) })
    expect(run.stderr).toBe('')
    expect(describeFindings(run.report!.findings)).toEqual(FOUND)
    expect(run.report!.notices).toEqual([])
  })

  test.each(['', '.default', '.asyncProfiler'])('CommonJS, require(…)%s', async (name) => {
    const run = await configured({
      vitest,
      files: {
        ...FILES,
        'vitest.config.cts': `const asyncProfiler = require('vitest-async-profiler')${name}\nmodule.exports = { plugins: [${PLUGIN}] }\n`
      },
      config: '',
      args: ['--config=vitest.config.cts']
    })
    expect(run.stderr).toBe('')
    expect(describeFindings(run.report!.findings)).toEqual(FOUND)
  })
})
