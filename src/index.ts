import './matchers/types.ts'
import { resolve } from 'node:path'
import type { Plugin } from 'vitest/config'
import { type TestProject, type Vitest, version } from 'vitest/node'
import { OPTIONS_KEY, type WorkerConfig } from './channel.ts'
import type { ResolvedOptions } from './model.ts'
import { type Options, resolveOptions } from './options.ts'
import AsyncProfilerReporter from './reporter.ts'
import type { AllowPattern } from './records/results.ts'
import { compileAllow } from './reporter/allow.ts'
import { inCI } from './in-ci.ts'
import { readFlagged } from './reporter/flagged.ts'
import { PLUGIN_NAME, SETUP_FILE } from './paths.ts'
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

/**
 * The plugin: profiles every test and every request that a test's server serves, and adds the summary to the run.
 * @throws `ERR_OPTION` for a wrong option, `ERR_UNSUPPORTED` for a Node or Vitest that it cannot run on
 */
export function asyncProfiler(options?: Options): Plugin {
  checkNode(process.versions.node)
  const resolved = resolveOptions(options)
  const wiring: Wiring = { options: resolved, allow: compileAllow(resolved.allow), part: { name: `${PLUGIN_NAME}:project`, configureVitest } }
  const reporter = new AsyncProfilerReporter(options)

  function configureVitest({ vitest, project }: { vitest: Vitest; project: TestProject }): void {
    checkVitest(vitest.version)
    provide(vitest, project)
    // An instance, and here: reporters returned from `config()` would replace the default one.
    const { reporters } = vitest.config as { reporters: unknown[] }
    if (!reporters.some((each) => each instanceof AsyncProfilerReporter)) reporters.push(reporter)
  }
  return {
    name: PLUGIN_NAME,
    config(config) {
      addToAll(config as Config, wiring)
    },
    configureVitest
  } as Plugin
}

export default asyncProfiler

interface Wiring {
  options: ResolvedOptions
  allow: AllowPattern[]
  /** For projects that do not inherit the plugin. */
  part: object
}

/**
 * Vitest 5 reads inline projects from the raw config before plugins run, and a root plugin's `configureVitest` is asked
 * for none that does not extend the root: so every object is changed in place, and those get a part of the plugin.
 */
function addToAll(config: Config, wiring: Wiring): void {
  addTo(config, config.root, wiring)
  const projects = config.test?.projects ?? []
  for (const [index, project] of projects.entries()) {
    if (typeof project === 'function') {
      const make = project as (env: unknown) => unknown
      projects[index] = async (env: unknown) => addToProject(await make(env), config.root, wiring)
    } else if (project instanceof Promise) projects[index] = project.then((made) => addToProject(made, config.root, wiring))
    else addToProject(project, config.root, wiring)
  }
}

function addToProject(project: unknown, root: string | undefined, wiring: Wiring): unknown {
  // A path or a glob: a project with a config file of its own. The reporter names it.
  if (typeof project !== 'object' || project === null) return project
  const config = project as Config & { extends?: unknown }
  addTo(config, root, wiring)
  if (!inheritsPlugins(config.extends)) (config.plugins ??= []).push(wiring.part)
  return project
}

/** Since Vitest 5, an inline project extends the config that declares it unless it says otherwise. */
function inheritsPlugins(extending: unknown): boolean {
  return extending === true || (extending === undefined && !version.startsWith('4.'))
}

function addTo(config: Config, root: string | undefined, { options, allow }: Wiring): void {
  const test = (config.test ??= {})
  const setupFiles = [test.setupFiles ?? []].flat()
  // `node:*` does not exist in a browser; the reporter names the project.
  if (test.browser?.enabled === true || setupFiles.includes(SETUP_FILE)) return
  const worker: WorkerConfig = { options, allow, root: resolve(root ?? process.cwd()), once: inCI(process.env), flagged: [] }
  test.setupFiles = [SETUP_FILE, ...setupFiles]
  test.provide = { ...test.provide, [OPTIONS_KEY]: worker }
}

/** What only the running Vitest knows: its root, and in its cache which files had a stall without a line last time. */
function provide(vitest: Vitest, project: TestProject): void {
  const { provide: provided } = project.config as { provide?: Record<string, unknown> }
  const worker = provided?.[OPTIONS_KEY] as WorkerConfig | undefined
  if (worker === undefined) return
  const known: WorkerConfig = { ...worker, root: vitest.config.root, flagged: readFlagged(vitest) }
  project.provide(OPTIONS_KEY as never, known as never)
}
