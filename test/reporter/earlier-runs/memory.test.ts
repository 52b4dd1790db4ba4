import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { TestModule, TestProject, TestSpecification, Vitest } from 'vitest/node'
import { DEFAULT_OPTIONS } from '../../../src/config/defaults.ts'
import type { Finding, RuleName } from '../../../src/model/finding.ts'
import type { Report } from '../../../src/model/report.ts'
import { type FileSet, type KnownFiles, OPTIONS_KEY, RESULT_KEY, type WorkerConfig } from '../../../src/protocol/worker-config.ts'
import { Memory } from '../../../src/reporter/earlier-runs/memory.ts'

let root: string
const cache = (): string => join(root, 'cache/vitest-async-profiler.json')

const BOTH = ['test/a.test.ts', 'test/b.test.ts']
const B = ['test/b.test.ts']

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'async-profiler-memory-')))
  for (const name of [
    'test/a.test.ts',
    'test/b.test.ts',
    'src/shared.ts',
    'src/required.cjs',
    'src/of-setup.ts',
    'setup.ts',
    'global.ts',
    'vitest.config.ts',
    'package-lock.json'
  ])
    write(name, name)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Long ago: what is written during a run is not believed. */
function write(path: string, text: string): void {
  const full = join(root, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  utimesSync(full, 1e9, 1e9)
}

interface Setting {
  names?: string[]
  options?: Partial<WorkerConfig['options']>
  /** Of each project. */
  config?: object
}

/** The parts of Vitest that are asked, with projects of these names. */
function vitestOf({ names = [''], options = {}, config = {} }: Setting = {}): Vitest {
  const projects = names.map((name) => {
    const provided: Record<string, unknown> = {
      [OPTIONS_KEY]: { plugin: 0, options: { ...DEFAULT_OPTIONS, ...options }, allow: [], root } satisfies WorkerConfig
    }
    return {
      name,
      config: {
        setupFiles: [join(root, 'setup.ts')],
        globalSetup: [join(root, 'global.ts')],
        pool: 'forks',
        isolate: true,
        environment: 'node',
        ...config
      },
      vite: { config: { configFile: join(root, 'vitest.config.ts'), configFileDependencies: [] } },
      getProvidedContext: () => provided,
      provide: (key: string, value: unknown) => void (provided[key] = value)
    } as unknown as TestProject
  })
  return { config: { root }, version: '5.0.0', vite: { config: { cacheDir: join(root, 'cache') } }, projects } as unknown as Vitest
}

interface Ran {
  state?: string
  /** `null` where it has sent none. */
  result?: object | null
}
const RESULT = { blocking: { count: 0, totalMs: 0 }, findings: [] }
/** What the worker tells, and Vite's graph does not know. */
const loaded = (): string[] => [join(root, 'src/required.cjs'), '/@virtual/of-a-plugin']

function moduleOf(project: TestProject, name: string, { state = 'passed', result = RESULT }: Ran = {}): TestModule {
  const shared = { file: join(root, 'src/shared.ts'), importedModules: new Set() }
  const external = { file: join(root, 'node_modules/x/index.js'), importedModules: new Set() }
  const top = { file: join(root, name), importedModules: new Set([shared, external]) }
  shared.importedModules.add(top)
  const setup = {
    file: join(root, 'setup.ts'),
    importedModules: new Set([{ file: join(root, 'src/of-setup.ts'), importedModules: new Set() }])
  }
  const nodes = new Map([
    [top.file, top],
    [setup.file, setup]
  ])
  return {
    moduleId: join(root, name),
    project,
    state: () => state,
    // One of which all is known tells nothing of what it has loaded.
    meta: () => (result === null ? {} : { [RESULT_KEY]: { ...result, ...(!isQuiet(toldTo(project), name) && { loaded: loaded() }) } }),
    children: { allTests: () => [] },
    viteEnvironment: { moduleGraph: { getModuleById: (id: string) => nodes.get(id) } }
  } as unknown as TestModule
}

const reportOf = (rules: RuleName[]): Report => ({ findings: rules.map((rule) => ({ rule, file: 'test/a.test.ts' }) as Finding) }) as Report

/**
 * One run of both files in each project, with findings in the first one.
 * @returns those of which the workers of the first project were told all
 */
function run(
  setting: Setting = {},
  { found = [], whole = true, ran = {} }: { found?: RuleName[]; whole?: boolean; ran?: Ran } = {}
): string[] {
  const vitest = vitestOf(setting)
  const memory = new Memory(vitest)
  memory.tell(vitest.projects.flatMap((project) => BOTH.map((name) => ({ project, moduleId: join(root, name) }) as TestSpecification)))
  const told = BOTH.filter((file) => isQuiet(toldTo(vitest.projects[0]!), file))
  const modules = vitest.projects.flatMap((project) => BOTH.map((name) => moduleOf(project, name, name.includes('/a.') ? ran : {})))
  memory.keep(modules, reportOf(found), whole)
  return told
}
const toldTo = (project: TestProject): KnownFiles =>
  (project.getProvidedContext() as unknown as Record<string, WorkerConfig>)[OPTIONS_KEY]!.known!
const isIn = ({ files, others }: FileSet, file: string): boolean => files.includes(file) !== others
const isQuiet = ({ noStall, nothingLeft }: KnownFiles, file: string): boolean => isIn(noStall, file) && isIn(nothingLeft, file)

/** What the next run is told of the first file. */
function knownNext(): { noStall: boolean; nothingLeft: boolean } {
  const vitest = vitestOf()
  new Memory(vitest).tell([])
  const { noStall, nothingLeft } = toldTo(vitest.projects[0]!)
  return { noStall: isIn(noStall, BOTH[0]!), nothingLeft: isIn(nothingLeft, BOTH[0]!) }
}

describe('a file is known to be quiet', () => {
  test('in the run after one in which nothing was found in it', () => {
    expect(run()).toEqual([])
    expect(run()).toEqual(BOTH)
  })

  const STALL = { ran: { result: { ...RESULT, blocking: { count: 1, totalMs: 200 } } } }
  const LEAK = { ran: { result: { ...RESULT, leaks: 1 } } }
  const NOTHING = { noStall: false, nothingLeft: false }

  test.each<[string, Parameters<typeof run>[1], ReturnType<typeof knownNext>]>([
    ['it stalled', { found: ['blocking-call'] }, { noStall: false, nothingLeft: true }],
    ['a turn of it was long', { found: ['loop-starvation'] }, { noStall: false, nothingLeft: true }],
    ['it stalled, though the rule is off', STALL, { noStall: false, nothingLeft: true }],
    [
      'it may have stalled',
      { ran: { result: { ...RESULT, uncertain: { stolen: 1, doubtful: 0 } } } },
      { noStall: false, nothingLeft: true }
    ],
    ['it left a resource', { found: ['leaked-resource'] }, { noStall: true, nothingLeft: false }],
    ['it left a promise', { found: ['floating-promise'] }, { noStall: true, nothingLeft: false }],
    ['it left something, though the rule is off', LEAK, { noStall: true, nothingLeft: false }],
    ['it stalled and left a promise', { found: ['blocking-call', 'floating-promise'] }, NOTHING],
    ['a test of it was stuck', { found: ['stuck-test'] }, NOTHING],
    ['a test of it failed', { ran: { state: 'failed' } }, NOTHING],
    ['its worker told nothing', { ran: { result: null } }, NOTHING]
  ])('not after one in which %s', (_name, options, known) => {
    run()
    run({}, options)
    expect(knownNext()).toEqual(known)
    expect(run()).toEqual(B)
    expect(run()).toEqual(BOTH)
  })

  test('not after a run of some of its tests in which it stalled, nor after another in which it left something', () => {
    run()
    run({}, { ...STALL, whole: false })
    expect(knownNext()).toEqual({ noStall: false, nothingLeft: true })
    run({}, { ...LEAK, whole: false })
    expect(knownNext()).toEqual(NOTHING)
  })

  test.each<[string, () => void, string[]]>([
    ['a module that it loads', () => write('src/shared.ts', 'changed'), []],
    ['the file itself', () => write('test/a.test.ts', 'changed'), B],
    ['a dependency', () => write('package-lock.json', 'changed'), []],
    ['the config', () => write('vitest.config.ts', 'changed'), []],
    ['a module that it requires', () => write('src/required.cjs', 'changed'), []],
    ['a setup file', () => write('setup.ts', 'changed'), []],
    ['a module that a setup file loads', () => write('src/of-setup.ts', 'changed'), []],
    ['a global setup file', () => write('global.ts', 'changed'), []],
    ['variables of the environment', () => write('.env', 'CHANGED=1'), []],
    ['a module that loads whatever there is', () => write('src/shared.ts', "import.meta.glob('./*.ts')"), []],
    ['a module, which is gone', () => rmSync(join(root, 'src/shared.ts')), []],
    ['times alone, as in a new checkout', () => utimesSync(join(root, 'src/shared.ts'), 1e9 + 5, 1e9 + 5), BOTH],
    ['a file that it does not load', () => write('src/other.ts', 'new'), BOTH]
  ])('by its sources: %s', (_name, change, expected) => {
    run()
    change()
    expect(run()).toEqual(expected)
  })

  test('by the options, and by the config', () => {
    run()
    expect(run({ options: { blockingThreshold: 50 } })).toEqual([])
    expect(run({ options: { blockingThreshold: 50 }, config: { testTimeout: 1 } })).toEqual([])
    const itself = { url: 'http://a.test' }
    Object.assign(itself, { itself })
    expect(run({ config: { environmentOptions: itself } })).toEqual([])
    expect(run({ config: { environmentOptions: itself } })).toEqual(BOTH)
    itself.url = 'http://b.test'
    expect(run({ config: { environmentOptions: itself } })).toEqual([])
  })

  test('by what it was seen to load when it was not known yet', () => {
    run()
    expect(run()).toEqual(BOTH)
    write('src/required.cjs', 'changed')
    expect(run()).toEqual([])
  })

  test('never, where it loads whatever files there are', () => {
    write('src/shared.ts', "import.meta.glob('./*.ts')")
    run()
    expect(run()).toEqual([])
  })

  test('not by a run of some of its tests, and one that it was stays one', () => {
    run({}, { whole: false })
    expect(run()).toEqual([])
    expect(run({}, { whole: false })).toEqual(BOTH)
    expect(run()).toEqual(BOTH)
  })

  test('not where a source was written during the run', () => {
    const soon = Date.now() / 1000 + 60
    utimesSync(join(root, 'test/a.test.ts'), soon, soon)
    run()
    expect(run()).toEqual(B)
  })

  test('told by the shorter list', () => {
    run({}, { found: ['stuck-test'] })
    const vitest = vitestOf()
    const toRun = (names: string[]): TestSpecification[] =>
      names.map((name) => ({ project: vitest.projects[0]!, moduleId: join(root, name) }) as TestSpecification)
    const memory = new Memory(vitest)
    memory.tell(toRun(B))
    expect(toldTo(vitest.projects[0]!).noStall).toEqual({ files: [], others: true })
    memory.tell(toRun(BOTH))
    expect(toldTo(vitest.projects[0]!).noStall).toEqual({ files: B, others: false })
    // The reporter came when the run had begun.
    memory.tell([])
    expect(toldTo(vitest.projects[0]!).noStall).toEqual({ files: B, others: false })
  })

  test('for each project by itself', () => {
    run({ names: ['one', 'two'] })
    expect(run({ names: ['two'] })).toEqual(BOTH)
    expect(run({ names: ['three'] })).toEqual([])
  })
})

describe('the file', () => {
  test('keeps no test file that is gone', () => {
    run()
    rmSync(join(root, 'test/a.test.ts'))
    run({}, { ran: { state: 'failed' } })
    expect(Object.keys(remembered().files)).toEqual(['\0test/b.test.ts'])
  })

  test.each<[string, string]>([
    ['empty', ''],
    ['truncated', '{"format":3,"sources":["src/sha'],
    ["another version's", '{"flagged":["test/a.test.ts"]}'],
    ['a list', '[1]'],
    ['null', 'null'],
    [
      'wrong about its sources',
      '{"format":3,"sources":["src/shared.ts"],"files":{"\\u0000test/a.test.ts":{"of":[7],"hash":"x","noStall":true,"nothingLeft":true}}}'
    ],
    [
      'wrong about its facts',
      '{"format":3,"sources":["src/shared.ts"],"files":{"\\u0000test/a.test.ts":{"of":[0],"hash":"x","noStall":1}}}'
    ],
    [
      'wrong about its hashes',
      '{"format":3,"sources":["src/shared.ts"],"files":{"\\u0000test/a.test.ts":{"of":[0],"hash":"x","noStall":true,"nothingLeft":true}}}'
    ],
    ['huge', ' '.repeat(20_000_001)]
  ])('is %s: nothing is known, and it is written anew', (_name, text) => {
    write('cache/vitest-async-profiler.json', text)
    expect(run()).toEqual([])
    expect(run()).toEqual(BOTH)
  })

  test('is a folder: nothing is known, and nothing fails', () => {
    mkdirSync(cache(), { recursive: true })
    run()
    expect(run()).toEqual([])
    expect(readdirSync(join(root, 'cache'))).toEqual(['vitest-async-profiler.json'])
  })

  test('of a run that was killed while it wrote is removed, one that is being written is not', () => {
    write('cache/vitest-async-profiler.json.1.tmp', 'half')
    write('cache/vitest-async-profiler.json.2.tmp', 'half')
    const now = Date.now() / 1000
    utimesSync(join(root, 'cache/vitest-async-profiler.json.2.tmp'), now, now)
    run()
    expect(readdirSync(join(root, 'cache')).toSorted()).toEqual(['vitest-async-profiler.json', 'vitest-async-profiler.json.2.tmp'])
  })

  test('is not written where nothing has changed', () => {
    run()
    utimesSync(cache(), 1e9, 1e9)
    const before = readFileSync(cache(), 'utf8')
    run()
    expect(readFileSync(cache(), 'utf8')).toBe(before)
    expect(readdirSync(join(root, 'cache'))).toEqual(['vitest-async-profiler.json'])
  })

  test('holds paths of no machine', () => {
    run()
    expect(readFileSync(cache(), 'utf8')).not.toContain(root)
    expect(remembered().sources).toEqual([
      'setup.ts',
      'src/of-setup.ts',
      'src/required.cjs',
      'src/shared.ts',
      'test/a.test.ts',
      'test/b.test.ts'
    ])
  })
})

const remembered = (): { sources: string[]; files: object } =>
  JSON.parse(readFileSync(cache(), 'utf8')) as { sources: string[]; files: object }
