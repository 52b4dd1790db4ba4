import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test, vi } from 'vitest'
import { configWith, FAKE_PROVIDER, PLUGIN, runConfigured, summaries } from './harness/configured.ts'
import { markedLines, readFixture } from './harness/fixtures.ts'
import { describeFindings, schemaErrors } from './harness/report.ts'
import { type RunResult, runVitest } from './harness/run-vitest.ts'
import { type Major, MAJORS, sandboxOf } from './harness/sandbox.ts'

const FILES = readFixture('wiring')
const [BLAME = ''] = markedLines(FILES, 'BLAME', 'block')

const FOUND = [`warn blocking-call ${BLAME} | blocks`]

/** Notes in which order setup files ran, and expects the one that the config tells. */
const SETUPS = {
  'setup/a.ts': `globalThis.order = [...(globalThis.order ?? []), 'a']\n`,
  'setup/b.ts': `globalThis.order = [...(globalThis.order ?? []), 'b']\n`,
  'test/order.test.ts': `import { expect, inject, test } from 'vitest'

test('is set up', () => {
  expect(globalThis.order).toEqual(inject('order'))
})
`
}

describe.each(MAJORS)('vitest %i', (vitest) => {
  test('setup files, reporters and the runner of a project stay', async () => {
    const run = await runConfigured({
      vitest,
      files: {
        ...FILES,
        ...SETUPS,
        'mine.ts': `import { writeFileSync } from 'node:fs'

export default class Mine {
  onTestRunEnd(modules) {
    writeFileSync('mine.txt', modules.map(({ relativeModuleId }) => relativeModuleId).sort().join(' '))
  }
}
`,
        'runner.ts': `import { appendFileSync } from 'node:fs'
import { TestRunner } from 'vitest'

export default class Runner extends TestRunner {
  onBeforeRunTask(task) {
    appendFileSync('runner.txt', task.name + '\\n')
    return super.onBeforeRunTask?.(task)
  }
}
`
      },
      config: configWith(`{
        setupFiles: ['./setup/a.ts', './setup/b.ts'],
        provide: { order: ['a', 'b'] },
        reporters: ['default', './mine.ts'],
        runner: './runner.ts'
      }`)
    })
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
    expect(run.read('mine.txt')).toBe('test/order.test.ts test/work.test.ts')
    expect(run.read('runner.txt')?.trim().split('\n').toSorted()).toEqual(['blocks', 'is set up'])
    expect(told(run)).toEqual({
      notices: [],
      findings: FOUND,
      tests: ['test/order.test.ts > is set up: passed', 'test/work.test.ts > blocks: passed']
    })
    expect(summaries(run)).toHaveLength(1)
    expect(schemaErrors(run)).toEqual([])
  })

  test('a setup file that is a string stays', async () => {
    const run = await runConfigured({
      vitest,
      files: { ...FILES, ...SETUPS },
      config: configWith(`{ setupFiles: './setup/b.ts', provide: { order: ['b'] } }`)
    })
    expect(run.stderr).toBe('')
    expect(told(run)).toEqual({
      notices: [],
      findings: FOUND,
      tests: ['test/order.test.ts > is set up: passed', 'test/work.test.ts > blocks: passed']
    })
  })

  test('inline projects, with and without extends, are profiled once each', async () => {
    const run = await runConfigured({
      vitest,
      files: {
        ...FILES,
        ...SETUPS,
        'base.config.ts': `export default { test: { setupFiles: './setup/a.ts' } }\n`
      },
      config: configWith(`{
        projects: [
          { test: { name: 'plain', provide: { order: ['a'] }, setupFiles: './setup/a.ts' } },
          { extends: true, test: { name: 'extending', provide: { order: ['b'] }, setupFiles: ['./setup/b.ts'] } },
          { extends: false, test: { name: 'alone', provide: { order: ['a', 'b'] }, setupFiles: ['./setup/a.ts', './setup/b.ts'] } },
          { extends: './base.config.ts', plugins: [{ name: 'of-the-user' }], test: { name: 'based', provide: { order: ['a', 'b'] }, setupFiles: ['./setup/b.ts'] } }
        ]
      }`)
    })
    expect(told(run)).toEqual({
      notices: [],
      findings: FOUND,
      tests: [...repeat(4, 'test/order.test.ts > is set up: passed'), ...repeat(4, 'test/work.test.ts > blocks: passed')]
    })
    expect(run.report!.findings.map(({ occurrences }) => occurrences)).toEqual([4])
    expect(summaries(run)).toHaveLength(1)
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
  })

  test('a single inline project says nothing of the plugin', async () => {
    const run = await runConfigured({
      vitest,
      files: FILES,
      config: configWith(`{ projects: [{ extends: true, test: { name: 'only' } }] }`)
    })
    expect(told(run)).toEqual({ notices: [], findings: FOUND, tests: ['test/work.test.ts > blocks: passed'] })
    expect(run.stderr).toBe('')
  })

  test('inline projects that are functions or promises are profiled', async () => {
    const run = await runConfigured({
      vitest,
      files: FILES,
      config: configWith(`{ projects: [() => ({ test: { name: 'function' } }), Promise.resolve({ test: { name: 'promise' } })] }`)
    })
    expect(told(run)).toEqual({ notices: [], findings: FOUND, tests: repeat(2, 'test/work.test.ts > blocks: passed') })
  })

  test('inline projects with roots and a test object in common', async () => {
    const run = await runConfigured({
      vitest,
      files: { ...under('packages/a', FILES), ...under('packages/b', FILES) },
      config: `import { defineConfig } from 'vitest/config'
import asyncProfiler from 'vitest-async-profiler'

const test = { environment: 'node' }

export default defineConfig({
  plugins: [${PLUGIN}],
  test: { projects: [{ extends: false, root: './packages/a', test }, { extends: false, root: './packages/b', test }] }
})
`
    })
    expect(told(run)).toEqual({
      notices: [],
      findings: [`warn blocking-call packages/a/${BLAME} | blocks`, `warn blocking-call packages/b/${BLAME} | blocks`],
      tests: ['packages/a/test/work.test.ts > blocks: passed', 'packages/b/test/work.test.ts > blocks: passed']
    })
    expect(new Set(run.report!.findings.map(({ file }) => file))).toEqual(new Set(run.report!.tests.map(({ file }) => file)))
  })

  test('one project has the plugin in a config file of its own, the root has none: the others are named', async () => {
    const run = await runConfigured({
      vitest,
      files: {
        ...under('packages/with', FILES),
        'packages/with/vitest.config.ts': configWith(`{ name: 'with' }`, "asyncProfiler({ backend: 'inspector' })"),
        ...under('packages/without', FILES),
        'packages/without/vitest.config.ts': `export default { test: { name: 'without' } }\n`,
        ...under('packages/own-setup', FILES),
        'packages/own-setup/vitest.config.ts': `export default { test: { name: 'own-setup', setupFiles: ['./dist/setup.js'] } }\n`,
        'packages/own-setup/dist/setup.js': ''
      },
      config: configWith(`{ projects: ['packages/*'] }`, '')
    })
    expect(run.exitCode).toBe(0)
    expect(run.stderr).toBe('')
    expect(summaries(run)).toEqual([
      `Async  1 of 3 tests profiled · inspector · overhead <time>

  warn  <time>  packages/with/${BLAME}:5  block         blocking-call · cpu
        packages/with/test/work.test.ts > blocks
${frameAt(BLAME)}
        → split the work and yield between parts (await setImmediate from
          node:timers/promises), or move it to a worker thread

  note  project 'own-setup' is not profiled: add asyncProfiler() to the plugins
        of the root's Vitest config, which reaches all projects
  note  project 'without' is not profiled: add asyncProfiler() to the plugins of
        the root's Vitest config, which reaches all projects

 1 blocking`
    ])
  })

  test('a browser project is left alone, and named', async () => {
    const run = await runConfigured({
      vitest,
      files: {
        ...FILES,
        // Told by a reporter: no test runs there without a browser.
        'told.ts': `import { writeFileSync } from 'node:fs'

export default class {
  onInit({ projects }) {
    const told = projects.map(({ name, config }) => [name, config.setupFiles.length, Object.keys(config.provide).length])
    writeFileSync('told.json', JSON.stringify(told))
  }
}
`
      },
      config: configWith(`{
        reporters: ['default', './told.ts'],
        projects: [
          { extends: true, test: { name: 'node' } },
          { extends: false, test: { name: 'web', include: ['none'], browser: { enabled: true, headless: true, provider: ${FAKE_PROVIDER}, instances: [{ browser: 'chromium' }] } } },
          { extends: true, test: { name: 'web-too', include: ['none'], browser: { enabled: true, headless: true, provider: ${FAKE_PROVIDER}, instances: [{ browser: 'chromium' }] } } }
        ]
      }`)
    })
    expect(JSON.parse(run.read('told.json') ?? '[]')).toEqual([
      ['node', 1, 1],
      ['web (chromium)', 0, 0],
      ['web-too (chromium)', 0, 0]
    ])
    expect(told(run)).toEqual({
      notices: [
        "project 'web (chromium)' is not profiled: it runs in a browser",
        "project 'web-too (chromium)' is not profiled: it runs in a browser"
      ],
      findings: FOUND,
      tests: ['test/work.test.ts > blocks: passed']
    })
  })

  test('a project that is not asked for is not named', async () => {
    const run = await runConfigured({
      vitest,
      files: FILES,
      config: configWith(`{
        projects: [
          { extends: false, test: { name: 'node' } },
          { extends: false, test: { name: 'web', include: ['none'], browser: { enabled: true, headless: true, provider: ${FAKE_PROVIDER}, instances: [{ browser: 'chromium' }] } } }
        ]
      }`),
      args: ['--project=node']
    })
    expect(told(run)).toEqual({ notices: [], findings: FOUND, tests: ['test/work.test.ts > blocks: passed'] })
  })

  test('the summary goes to stderr where a JSON reporter of the config owns stdout', async () => {
    const reporter = vitest === 5 ? `['json', { stdout: true }]` : `'json'`
    const run = await runConfigured({ vitest, files: FILES, config: configWith(`{ reporters: [${reporter}] }`) })
    expect(run.exitCode).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ success: true, numTotalTests: 1 })
    expect(summaries(run, run.stderr)).toEqual([summaryOf('test/work.test.ts > blocks')])
  })

  test('the setup file and the reporter, without the plugin', async () => {
    // What it imports starts the profiler with the first test.
    const test = `import { currentProfile } from 'vitest-async-profiler/test'\n${FILES['test/work.test.ts']!.replace('block(150)', 'block(150)\n  currentProfile()')}`
    const run = await runConfigured({
      vitest,
      files: { ...FILES, 'test/work.test.ts': test },
      config: `export default {
  test: {
    setupFiles: ['vitest-async-profiler/setup'],
    reporters: ['default', ['vitest-async-profiler/reporter', { report: { json: 'report.json' } }]]
  }
}
`
    })
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
    expect(summaries(run)).toEqual([summaryOf('test/work.test.ts > blocks')])
    expect(told(run)).toEqual({ notices: [], findings: FOUND, tests: ['test/work.test.ts > blocks: passed'] })
  })

  test('two of them: the first one is used, and the other one is told', async () => {
    const run = await runConfigured({
      vitest,
      files: FILES,
      config: configWith('{}', `${PLUGIN}, asyncProfiler({ blockingThreshold: 10_000, report: { json: 'second.json' } })`)
    })
    expect(told(run)).toEqual({
      notices: ['asyncProfiler() is in the config more than once: the first one is used; remove the others'],
      findings: FOUND,
      tests: ['test/work.test.ts > blocks: passed']
    })
    expect(run.read('second.json')).toBeUndefined()
    expect(summaries(run)).toHaveLength(1)
    expect(run.exitCode).toBe(0)
  })

  test('paths are relative to the root, wherever Vitest is started', async () => {
    const run = await runConfigured({
      vitest,
      files: { ...under('app', FILES), 'app/vitest.config.ts': configWith('{}') },
      config: configWith('{}'),
      args: ['--root=app']
    })
    expect(summaries(run)).toEqual([summaryOf('test/work.test.ts > blocks')])
    expect(JSON.parse(run.read('app/report.json') ?? '{}')).toMatchObject({
      findings: [{ file: 'test/work.test.ts', location: { file: 'src/work.ts' } }],
      tests: [{ file: 'test/work.test.ts' }]
    })
  })

  test('watch mode: each run has a summary of its own', async () => {
    const watched = await watchVitest(vitest, { ...FILES, 'vitest.config.ts': configWith('{}') })
    try {
      await watched.runs(1)
      watched.write('test/work.test.ts', `// A line more.\n${FILES['test/work.test.ts']!.replace("'blocks'", "'still blocks'")}`)
      await watched.runs(2)
      watched.write('src/work.ts', `// A line more.\n${FILES['src/work.ts']}`)
      await watched.runs(3)
      watched.write('test/work.test.ts', FILES['test/work.test.ts']!.replace('block(150)', ''))
      await watched.runs(4)
    } finally {
      await watched.quit()
    }
    const moved = markedLines({ 'src/work.ts': `\n${FILES['src/work.ts']}` }, 'BLAME', 'block')[0]!
    expect(summaries(watched)).toEqual([
      summaryOf('test/work.test.ts > blocks'),
      summaryOf('test/work.test.ts > still blocks'),
      summaryOf('test/work.test.ts > still blocks', moved),
      'Async  no findings in 1 test · inspector · overhead <time>'
    ])
    expect(watched.stderr).toBe('')
  })
})

function under(folder: string, files: Record<string, string>): Record<string, string> {
  const name = folder.split('/').at(-1)
  const moved = Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))
  return { ...moved, [`${folder}/package.json`]: JSON.stringify({ name, private: true, type: 'module' }) }
}

const repeat = (count: number, text: string): string[] => Array.from({ length: count }, () => text)

/** What a run's report says in short, sorted; a test that has no profile is marked. */
function told({ report, stdout, stderr }: RunResult): { notices: string[]; findings: string[]; tests: string[] } {
  if (report === undefined) throw new Error(`the run wrote no report\n${stdout}\n${stderr}`)
  const tests = report.tests.map(({ file, name, state, profile }) => `${file} > ${name}: ${state}${profile ? '' : ', not profiled'}`)
  return { notices: report.notices.toSorted(), findings: describeFindings(report.findings), tests: tests.toSorted() }
}

/** What is told of a run with the one stall. */
function summaryOf(whose: string, blame = BLAME): string {
  return `Async  1 test · inspector · overhead <time>

  warn  <time>  ${`${blame}:5  block`.padEnd(45)}blocking-call · cpu
        ${whose}
${frameAt(blame)}
        → split the work and yield between parts (await setImmediate from
          node:timers/promises), or move it to a worker thread

 1 blocking`
}

function frameAt(blame: string): string {
  const line = Number(blame.split(':')[1])
  const around = (offset: number): string => String(line + offset).padStart(String(line + 1).length)
  return `          ${around(-1)} | do {
        > ${around(0)} |   for (let i = 0; i < 20_000; i++) sum += Math.sqrt(i) // BLAME …
          ${around(1)} | } while (process.hrtime.bigint() < until || cpuMs() < untilCpu)`
}

interface Watched extends Pick<RunResult, 'root' | 'stdout' | 'stderr'> {
  /** Resolves when so many runs have ended. */
  runs(count: number): Promise<void>
  write(path: string, text: string): void
  quit(): Promise<void>
}

/** Vitest in watch mode, in a process of its own. */
async function watchVitest(vitest: Major, files: Record<string, string>): Promise<Watched> {
  const first = await runVitest({
    vitest,
    files: { ...files, 'none.ts': '' },
    config: files['vitest.config.ts']!,
    args: ['none', '--passWithNoTests'],
    results: false
  })
  const vitestMain = join(sandboxOf(inject('sandbox'), vitest), 'node_modules/vitest/vitest.mjs')
  const env = Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  )
  const child = spawn(process.execPath, [vitestMain, 'watch'], {
    cwd: first.root,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const watched: Watched = {
    root: first.root,
    stdout: '',
    stderr: '',
    async runs(count) {
      const done = (): number => watched.stdout.split('Waiting for file changes').length - 1
      await vi.waitFor(() => expect(done(), `${watched.stdout}\n${watched.stderr}`).toBe(count), { timeout: 20_000, interval: 50 })
    },
    write: (path, text) => writeFileSync(join(first.root, path), text),
    async quit() {
      child.kill('SIGTERM')
      await ended
    }
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (watched.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (watched.stderr += text))
  return watched
}
