import './matchers/types.ts'
import { dirname } from 'node:path'
import type { Plugin } from 'vitest/config'
import type { TestProject, Vitest } from 'vitest/node'
import { OPTIONS_KEY, type WorkerConfig } from './protocol/worker-config.ts'
import { AsyncProfilerError } from './errors.ts'
import { type Options, resolveOptions } from './config/options.ts'
import { PLUGIN_NAME } from './config/entry-files.ts'
import AsyncProfilerReporter from './reporter.ts'
import { compileAllow } from './reporter/allow.ts'
import { runningReporter } from './reporter/running.ts'
import { checkNode, checkVitest } from './config/supported.ts'
import { adoptProjects, registerPlugin } from './vitest/main/run-start.ts'
import { noteUse, watchUse } from './vitest/main/unused-plugin.ts'
import { dropNamedReporter, type RawConfig, reportMerged, serveSetup, wireConfig, type Wiring } from './vitest/main/wire-config.ts'

export type { Options, TestOptions } from './config/options.ts'
export type * from './model/public.ts'
export type * from './matchers/types.ts'

/**
 * The plugin: profiles every test and every request that a test's server serves, and adds the summary to the run.
 * @throws `ERR_OPTION` for a wrong option, `ERR_UNSUPPORTED` for a Node or Vitest that it cannot run on
 */
export function asyncProfiler(options?: Options): Plugin {
  checkNode(process.versions.node)
  const resolved = resolveOptions(options)
  watchUse()
  const reporter = new AsyncProfilerReporter(options)
  const wiring: Wiring = {
    id: registerPlugin(onRunStart),
    options: resolved,
    allow: compileAllow(resolved.allow),
    part: { name: `${PLUGIN_NAME}:project`, configResolved: serveSetup, configureVitest },
    notices: reporter.notices
  }

  function configureVitest({ vitest, project }: { vitest: Vitest; project: TestProject }): void {
    checkVitest(vitest.version)
    const worker = workerConfig(vitest, project)
    if (worker !== undefined) project.provide(OPTIONS_KEY as never, worker as never)
    // An instance, and here: reporters returned from `config()` would replace the default one.
    const { reporters } = vitest.config as { reporters: unknown[] }
    dropNamedReporter(reporters, reporter.notices)
    const running = runningReporter(reporters)
    if (running === undefined) reporters.push(reporter)
    const ours = running ?? reporter
    ours.parts.add({ options: resolved, folder: folderOf(vitest, project) }, project)
    for (const notice of reporter.notices) ours.notices.add(notice)
  }
  /** The projects may all have config files of their own, so that nothing has asked for the reporter. */
  function onRunStart(vitest: Vitest): void {
    checkVitest(vitest.version)
    const worker = workerConfig(vitest, vitest)
    if (worker !== undefined) adoptProjects(vitest, worker)
    const { reporters } = vitest as unknown as { reporters: unknown[] }
    const running = runningReporter(reporters)
    ;(running ?? reporter).parts.add({ options: resolved, folder: vitest.config.root })
    if (running !== undefined) return
    reporters.push(reporter)
    reporter.onInit(vitest)
    reporter.onTestRunStart()
  }
  return {
    name: PLUGIN_NAME,
    config(config) {
      noteUse()
      wireConfig(config as RawConfig, wiring)
      reportMerged(config as RawConfig, reporter)
    },
    configResolved: serveSetup,
    configureVitest
  } as Plugin
}

/** `plugins: [asyncProfiler]`: Vite takes any function for a plugin, and asks it for its hooks. */
Object.defineProperty(asyncProfiler, 'config', {
  value(): never {
    noteUse()
    throw new AsyncProfilerError('ERR_OPTION', 'plugins holds asyncProfiler itself, which does nothing: call it, asyncProfiler()')
  }
})

// All that the types promise of what `require` gives.
for (const name of ['asyncProfiler', 'default']) Object.defineProperty(asyncProfiler, name, { value: asyncProfiler })

export default asyncProfiler
// What `require('vitest-async-profiler')` gives.
export { asyncProfiler as 'module.exports' }

/** What only the running Vitest knows: its root. */
function workerConfig(vitest: Vitest, { config }: Pick<TestProject, 'config'>): WorkerConfig | undefined {
  const { provide } = config as { provide?: Record<string, unknown> }
  const worker = provide?.[OPTIONS_KEY] as WorkerConfig | undefined
  return worker && { ...worker, root: vitest.config.root }
}

/** Where the plugin is given: paths in its options are relative to it. */
function folderOf(vitest: Vitest, { vite: { config } }: TestProject): string {
  const { configFile } = config
  return configFile === undefined || configFile === vitest.vite.config.configFile ? vitest.config.root : dirname(configFile)
}
