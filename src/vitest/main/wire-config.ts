import { dirname, resolve } from 'node:path'
import { version } from 'vitest/node'
import { GLOBAL_SETUP_FILE, isOurReporter, isOurSetup, PLUGIN_NAME, SETUP_FILE } from '../../config/entry-files.ts'
import type { ResolvedOptions } from '../../model/options.ts'
import type { AllowPattern } from '../../model/results.ts'
import { OPTIONS_KEY, type WorkerConfig } from '../../protocol/worker-config.ts'

/** What is used of a Vitest config; both majors', and both a root's and an inline project's. */
export interface RawConfig {
  root?: string
  plugins?: unknown[]
  test?: {
    setupFiles?: string | string[]
    globalSetup?: string | string[]
    provide?: Record<string, unknown>
    projects?: unknown[]
    reporters?: unknown
    mergeReports?: string
    browser?: { enabled?: boolean }
  }
}

export interface Wiring {
  /** Which of the process' plugins it is: see run-start.ts. */
  id: number
  options: ResolvedOptions
  allow: AllowPattern[]
  /** For projects that do not inherit the plugin. */
  part: object
  /** What is not as it should be, though the plugin can do with it. */
  notices: Set<string>
}

/**
 * Vitest 5 reads inline projects from the raw config before plugins run, and a root plugin's `configureVitest` is asked
 * for none that does not extend the root: so every object is changed in place, and those get a part of the plugin. Projects with
 * a config file of their own are known to nobody yet: they are wired when the run starts.
 */
export function wireConfig(config: RawConfig, wiring: Wiring): void {
  wireOne(config, config.root, wiring)
  const projects = config.test?.projects ?? []
  if (projects.some((project) => typeof project === 'string')) addGlobalSetup(config)
  for (const [index, project] of projects.entries()) {
    if (typeof project === 'function') {
      const make = project as (env: unknown) => unknown
      projects[index] = async (env: unknown) => wireProject(await make(env), config.root, wiring)
    } else if (project instanceof Promise) projects[index] = project.then((made) => wireProject(made, config.root, wiring))
    else wireProject(project, config.root, wiring)
  }
}

/**
 * `--merge-reports` starts no worker, so that nobody would ask for the reporter where all projects have config files of their own.
 * @param reporter ours
 */
export function reportMerged({ test = {} }: RawConfig, reporter: unknown): void {
  // Vitest 4 adds its command line to the config later.
  const merges = test.mergeReports !== undefined || process.argv.some((arg) => arg.startsWith('--merge-reports'))
  if (!merges || test.projects?.every((project) => typeof project === 'string') !== true) return
  test.reporters = [...[test.reporters ?? 'default'].flat(), reporter]
}

/** In DOM environments Vite serves the setup file, and none from outside a project's workspace: this package may lie there. */
export function serveSetup({ server }: { server: { fs: { allow: string[] } } }): void {
  server.fs.allow.push(dirname(SETUP_FILE))
}

function addGlobalSetup(config: RawConfig): void {
  const test = (config.test ??= {})
  const files = [test.globalSetup ?? []].flat()
  if (!files.includes(GLOBAL_SETUP_FILE)) test.globalSetup = [GLOBAL_SETUP_FILE, ...files]
}

function wireProject(project: unknown, root: string | undefined, wiring: Wiring): unknown {
  // A path or a glob of projects with config files of their own.
  if (typeof project !== 'object' || project === null) return project
  const config = project as RawConfig & { extends?: unknown }
  wireOne(config, root, wiring)
  if (!inheritsPlugins(config.extends)) (config.plugins ??= []).push(wiring.part)
  return project
}

/** Since Vitest 5, an inline project extends the config that declares it unless it says otherwise. */
function inheritsPlugins(extending: unknown): boolean {
  return extending === true || (extending === undefined && !version.startsWith('4.'))
}

function wireOne(config: RawConfig, root: string | undefined, { id, options, allow, notices }: Wiring): void {
  const test = (config.test ??= {})
  const named = [test.setupFiles ?? []].flat()
  // `node:*` does not exist in a browser; the reporter names the project.
  if (test.browser?.enabled === true || named.includes(SETUP_FILE)) return
  const setupFiles = named.filter((file) => !isOurSetup(file))
  if (setupFiles.length < named.length) notices.add(`setupFiles names ${PLUGIN_NAME}/setup, which the plugin adds itself: remove it`)
  const worker: WorkerConfig = { plugin: id, options, allow, root: resolve(root ?? process.cwd()) }
  test.setupFiles = [SETUP_FILE, ...setupFiles]
  test.provide = { ...test.provide, [OPTIONS_KEY]: worker }
}

/**
 * The plugin adds its reporter itself: one that is named, too, would print the same again, with other options.
 * @param reporters as the config resolves them: names or paths with options, or instances
 */
export function dropNamedReporter(reporters: unknown[], notices: Set<string>): void {
  for (const [index, reporter] of [...reporters.entries()].toReversed()) {
    const [name] = Array.isArray(reporter) ? (reporter as unknown[]) : []
    if (typeof name !== 'string' || !isOurReporter(name)) continue
    reporters.splice(index, 1)
    notices.add(`reporters names ${PLUGIN_NAME}/reporter, which the plugin adds itself: remove it, and give its options to asyncProfiler()`)
  }
}
