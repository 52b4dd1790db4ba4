import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchCase, PACKAGE, type Variant } from './cases.ts'
import type { Build, Settings } from './settings.ts'

/** What is run: the suites of this folder in a project made for them, and those of other projects where they are. */
export interface Project {
  /** Where the test files write what they measure; those of other projects do not. */
  records: string
  /** Where the plugin writes its JSON report. */
  report: string
  times: string
  planOf(bench: BenchCase, variant: number): Plan
  /** Deletes all that was written. */
  remove(): void
}

/** How a variant of a case is run. */
export interface Plan {
  cwd: string
  /** Of `node`. */
  args: string[]
  /** Where Vite, and so Vitest and the plugin, remember things of it from run to run. */
  cache: string
}

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url))
const RECORD = fileURLToPath(new URL('./suites/record.ts', import.meta.url))

/** The package depends on these, the suites use the others. */
const { dependencies } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
const DEPENDENCIES = Object.keys(dependencies).map((name) => name.replace(/\/.*/, ''))
const LINKED = ['vitest', '@vitest', 'express', 'supertest', 'typescript', ...DEPENDENCIES]

/** A Vitest config for each variant, beside the suites. */
export function createProject(cases: readonly BenchCase[], { builds, coverage }: Pick<Settings, 'builds' | 'coverage'>): Project {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'async-profiler-bench-')))
  const report = join(root, 'report.json')
  const written = [root]
  const modules = join(root, 'node_modules')
  install(modules, builds, LINKED)
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n')
  for (const { id, suite, variants } of cases) {
    if ('folder' in suite) {
      // The package's dependencies are its own, and Vitest is the project's.
      const own = join(suite.folder, 'node_modules', OF_OTHERS)
      written.push(own, ...variants.map((_, index) => join(suite.folder, configName(OF_OTHERS, index))))
      install(join(own, 'node_modules'), builds, DEPENDENCIES)
      variants.forEach((variant, index) =>
        writeFileSync(
          join(suite.folder, configName(OF_OTHERS, index)),
          configText(variant, { cache: join(own, `cache-${index}`), report, coverage, folder: suite.folder })
        )
      )
    } else {
      mkdirSync(join(root, id))
      cpSync(RECORD, join(root, id, 'record.ts'))
      for (let i = 0; i < suite.copies; i++) cpSync(fileURLToPath(suite.file), join(root, id, `suite-${i}.test.ts`))
      variants.forEach((variant, index) =>
        writeFileSync(join(root, configName(id, index)), configText(variant, { cache: cacheOf(modules, id, index), report, coverage }))
      )
    }
  }
  return {
    records: join(root, 'records.jsonl'),
    report,
    times: join(root, 'times'),
    planOf({ id, suite }, index) {
      const isOthers = 'folder' in suite
      const cwd = isOthers ? suite.folder : root
      const vitest = join(cwd, 'node_modules', 'vitest', 'vitest.mjs')
      const config = configName(isOthers ? OF_OTHERS : id, index)
      return {
        cwd,
        args: [vitest, 'run', '--config', config, ...(isOthers ? [] : ['--dir', id])],
        cache: isOthers ? join(cwd, 'node_modules', OF_OTHERS, `cache-${index}`) : cacheOf(modules, id, index)
      }
    },
    remove() {
      for (const path of written) rmSync(path, { recursive: true, force: true })
    }
  }
}

/** Names of what is written into other projects. */
const OF_OTHERS = '.async-profiler-bench'

const configName = (id: string, index: number): string => `${id}-${index}.config.mjs`
const cacheOf = (modules: string, id: string, index: number): string => join(modules, `.vite-${id}-${index}`)

/** Real copies: behind a link the package would be outside `node_modules`, which Vitest and the plugin's own blame treat differently. */
function install(modules: string, builds: readonly Build[], linked: readonly string[]): void {
  mkdirSync(modules, { recursive: true })
  for (const name of linked) symlinkSync(join(REPOSITORY, 'node_modules', name), join(modules, name))
  for (const { name, folder } of [{ name: PACKAGE, folder: REPOSITORY }, ...builds]) {
    for (const part of ['dist', 'package.json']) cpSync(join(folder, part), join(modules, name, part), { recursive: true })
  }
}

interface ConfigSetting {
  cache: string
  report: string
  coverage: boolean
  /** Of another project, whose own config is extended. */
  folder?: string
}

const CONFIGS = ['vitest.config', 'vite.config'].flatMap((name) => ['ts', 'mts', 'js', 'mjs'].map((ending) => `${name}.${ending}`))

function configText({ package: name, options, leaks }: Variant, { cache, report, coverage, folder }: ConfigSetting): string {
  const test = {
    ...(leaks === true && { detectAsyncLeaks: true }),
    ...(coverage && { coverage: { enabled: true, provider: 'v8', reporter: [], reportsDirectory: join(cache, 'coverage') } }),
    ...(folder === undefined && { testTimeout: 300_000, cache: false })
  }
  const plugin = JSON.stringify({ ...options, report: { json: report } })
  const source = folder === undefined ? name : `./node_modules/${OF_OTHERS}/node_modules/${name}/dist/index.js`
  const theirs = folder === undefined ? undefined : CONFIGS.find((each) => existsSync(join(folder, each)))
  return [
    ...(theirs === undefined ? [] : [`import { mergeConfig } from 'vitest/config'`, `import theirs from './${theirs}'`]),
    ...(name === undefined ? [] : [`import asyncProfiler from '${source}'`]),
    `const plugins = [${name === undefined ? '' : `asyncProfiler(${plugin})`}]`,
    `const added = { cacheDir: ${JSON.stringify(cache)}, plugins, test: ${JSON.stringify(test)} }`,
    theirs === undefined
      ? 'export default added'
      : `export default mergeConfig(await (typeof theirs === 'function' ? theirs({ command: 'serve', mode: 'test' }) : theirs), added)`,
    ''
  ].join('\n')
}
