import type { ResolvedOptions } from './model.ts'
import type { AllowPattern } from './records/results.ts'

/** Where the plugin leaves the options for its workers (`provide`), and the workers their results (`task.meta`). */
export const OPTIONS_KEY = 'asyncProfiler'
export const RESULT_KEY = 'asyncProfilerResult'
/** Where the reporter leaves the folder (a path) in which workers keep their heartbeats: it is one for all projects of a run. */
export const HEARTBEAT_KEY = 'asyncProfilerHeartbeat'

/** What a worker gets: structured-cloneable. */
export interface WorkerConfig {
  options: ResolvedOptions
  /** The option `allow`: workers have no glob library. */
  allow: AllowPattern[]
  root: string
  /** Whether no later run will see what this one remembers: in CI. */
  once: boolean
  /** Test files, relative to the root, that had a stall without a line in the last run. */
  flagged: string[]
}
