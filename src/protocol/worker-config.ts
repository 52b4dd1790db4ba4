import type { ResolvedOptions } from '../model/options.ts'
import type { AllowPattern } from '../model/results.ts'

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
  /** The test files of the run that are known from earlier runs of the same sources; missing where nothing is remembered, in CI. */
  known?: KnownFiles
}

export interface KnownFiles {
  /** Nothing in them has kept the loop. */
  noStall: FileSet
  /** Nothing that they had started was left over. */
  nothingLeft: FileSet
}

/** Each worker gets it: by its members, or by those that are none, whichever are fewer. */
export interface FileSet {
  /** Relative to the root. */
  files: string[]
  /** Whether all files of the run but these are meant. */
  others: boolean
}
