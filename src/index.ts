import './matchers/types.ts'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vitest/config'
import type { TestProject, Vitest } from 'vitest/node'
import { OPTIONS_KEY, type WorkerConfig } from './channel.ts'
import type { ResolvedOptions } from './model.ts'
import { type Options, resolveOptions } from './options.ts'
import AsyncProfilerReporter from './reporter.ts'
import { readFlagged } from './reporter/flagged.ts'
import { checkNode, checkVitest } from './supported.ts'

export type { Options, TestOptions } from './options.ts'
export type * from './model.ts'
export type * from './matchers/types.ts'

/** What is used of a Vitest config; both majors', and both a root's and an inline project's. */
interface Config {
  root?: string
  plugins?: unknown[]
  test?: {
    setupFiles?: string | string[]
    provide?: Record<string, unknown>
    projects?: unknown[]
    browser?: { enabled?: boolean }
  }
}

const SETUP_FILE = fileURLToPath(new URL('./setup.js', import.meta.url))
const NAME = 'vitest-async-profiler'

/**
 * The plugin: profiles every test and every request that a test's server serves, and adds the summary to the run.
 * @throws `ERR_OPTION` for a wrong option, `ERR_UNSUPPORTED` for a Node or Vitest that it cannot run on
 */
export function asyncProfiler(options?: Options): Plugin {
  checkNode(process.versions.node)
  const resolved = resolveOptions(options)
  const reporter = new AsyncProfilerReporter(options)

  function configureVitest({ vitest, project }: { vitest: Vitest; project: TestProject }): void {
    checkVitest(vitest.version)
    provideFlagged(vitest, project)
    // An instance, and here: reporters returned from `config()` would replace the default one.
    const { reporters } = vitest.config as { reporters: unknown[] }
    if (!reporters.some((each) => each instanceof AsyncProfilerReporter)) reporters.push(reporter)
  }
  return {
    name: NAME,
    config(config) {
      addToProjects(config as Config, resolved, reporter, { name: NAME, configureVitest })
    },
    configureVitest
  } as Plugin
}

export default asyncProfiler

/**
 * Vitest 5 reads inline projects from the raw config before plugins run, and 4.1 asks a root plugin's
 * `configureVitest` for none of them: so every object is changed in place, and gets a part of the plugin of its own.
 */
function addToProjects(config: Config, options: ResolvedOptions, reporter: AsyncProfilerReporter, part: object): void {
  const root = resolve(config.root ?? process.cwd())
  const worker: WorkerConfig = { options, root, flagged: [] }
  const projects = (config.test?.projects ?? []).filter((each): each is Config => typeof each === 'object' && each !== null)
  addTo(config, worker, reporter)
  for (const project of projects) {
    if (addTo(project, worker, reporter)) (project.plugins ??= []).push(part)
  }
}

/** Which files had a stall without a line last time is known only now, when the cache folder is. */
function provideFlagged(vitest: Vitest, project: TestProject): void {
  const { provide } = project.config as { provide?: Record<string, unknown> }
  const worker = provide?.[OPTIONS_KEY] as WorkerConfig | undefined
  if (worker !== undefined) project.provide(OPTIONS_KEY as never, { ...worker, flagged: readFlagged(vitest) } as never)
}

function addTo(config: Config, worker: WorkerConfig, reporter: AsyncProfilerReporter): boolean {
  const test = (config.test ??= {})
  // `node:*` does not exist there; the reporter names the project.
  if (test.browser?.enabled === true) return false
  const setupFiles = [test.setupFiles ?? []].flat()
  if (setupFiles.includes(SETUP_FILE)) {
    if (test.provide?.[OPTIONS_KEY] !== undefined) {
      reporter.notices.add('asyncProfiler() is in the config more than once: the first one is used; remove the others')
    }
    return false
  }
  test.setupFiles = [SETUP_FILE, ...setupFiles]
  test.provide = { ...test.provide, [OPTIONS_KEY]: worker }
  return true
}
