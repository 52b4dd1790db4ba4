import { isOurSetup, PLUGIN_NAME, SETUP_FILE } from '../../config/entry-files.ts'
import { OPTIONS_KEY, type WorkerConfig } from '../../protocol/worker-config.ts'
import { serveSetup } from './wire-config.ts'

/** What is used of Vitest here. */
export interface VitestLike {
  config: { provide?: Record<string, unknown> }
  projects: readonly ProjectLike[]
}

export interface ProjectLike {
  vite: { config: Parameters<typeof serveSetup>[0] }
  config: { setupFiles: string[]; provide?: Record<string, unknown>; browser?: { enabled?: boolean } }
  provide(key: never, value: never): void
}

type OnRunStart = (vitest: never) => void

/*
 * On `process`: Vitest may load the global setup file, and what it imports, apart from the config, and its root's config is a copy
 * of what the plugin put there, so that only a number leads from one to the other.
 */
const KEY = Symbol.for(`${PLUGIN_NAME}.plugins`)
const plugins = ((process as { [KEY]?: OnRunStart[] })[KEY] ??= [])

/** @returns the plugin's number, for its `WorkerConfig` */
export function registerPlugin(onRunStart: OnRunStart): number {
  return plugins.push(onRunStart) - 1
}

/** Vitest is about to start its first worker. */
export function runStarts(vitest: VitestLike): void {
  const worker = vitest.config.provide?.[OPTIONS_KEY] as WorkerConfig | undefined
  if (worker !== undefined) plugins[worker.plugin]?.(vitest as never)
}

/**
 * Projects with a config file of their own inherit nothing from the root's config, and Vitest asks the root's plugins for none of
 * them: they get the setup file when all are known.
 */
export function adoptProjects({ projects }: VitestLike, worker: WorkerConfig): void {
  for (const project of projects) {
    const { config } = project
    if (config.browser?.enabled === true) continue
    serveSetup(project.vite.config)
    // A project may have a plugin or a setup file of its own, and of another copy of this package.
    if (config.provide?.[OPTIONS_KEY] === undefined) project.provide(OPTIONS_KEY as never, worker as never)
    if (!config.setupFiles.some(isOurSetup)) config.setupFiles = [SETUP_FILE, ...config.setupFiles]
  }
}
