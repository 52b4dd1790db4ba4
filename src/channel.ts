import type { ResolvedOptions } from './model.ts'
import type { AllowPattern } from './records/results.ts'

/** Where the plugin leaves the options for its workers (`provide`), and the workers their results (`task.meta`). */
export const OPTIONS_KEY = 'asyncProfiler'
export const RESULT_KEY = 'asyncProfilerResult'
/** Where the reporter leaves the folder (a path) in which workers keep their heartbeats: it is one for all projects of a run. */
export const HEARTBEAT_KEY = 'asyncProfilerHeartbeat'

/** Where the reporter says that there is one. */
export const REPORTER_KEY = 'asyncProfilerReporter'

/** A monorepo may hold several copies of this package: their reporters know each other by it, and say their version. */
export const COPY = Symbol.for('vitest-async-profiler.reporter')

/** What a worker gets: structured-cloneable. */
export interface WorkerConfig {
  /** Which of the main process' plugins it comes from. */
  plugin: number
  options: ResolvedOptions
  /** The option `allow`: workers have no glob library. */
  allow: AllowPattern[]
  root: string
  /** In which of the run's test files earlier runs of the same sources have found nothing; missing where nothing is remembered, in CI. */
  quiet?: QuietFiles
}

/** A list that each worker gets: the shorter one of the two. */
export interface QuietFiles {
  /** Relative to the root. */
  files: string[]
  /** Whether all files of the run but these are quiet. */
  others: boolean
}
