import { isOurSetup, PLUGIN_NAME } from '../config/entry-files.ts'
import { hasGate } from '../config/gate.ts'
import type { ResolvedOptions } from '../model/options.ts'

/** What is used of Vitest here. */
interface VitestLike {
  config: { mergeReports?: string }
  vite: { config: { plugins: readonly { name: string }[] } }
  projects: readonly ProjectLike[]
}

interface ProjectLike {
  name: string
  config: { setupFiles?: readonly string[]; browser?: { enabled?: boolean } }
}

/** Whether our setup file runs in its workers. */
export const hasSetup = ({ config }: ProjectLike): boolean => config.setupFiles?.some(isOurSetup) === true

/** The plugin twice in one config: the second one's options would be ignored in silence. */
export function doubledPlugin({ vite }: VitestLike): string[] {
  const count = vite.config.plugins.filter(({ name }) => name === PLUGIN_NAME).length
  return count > 1 ? ['asyncProfiler() is in the config more than once: the first one is used; remove the others'] : []
}

export interface Unprofiled {
  notices: string[]
  failures: string[]
}

/** One sentence for each project that runs without the profiler; it fails the run where somebody relies on what would be found there. */
export function unprofiledProjects({ config, projects }: VitestLike, options: Pick<ResolvedOptions, 'rules' | 'budgets'>): Unprofiled {
  const told: Unprofiled = { notices: [], failures: [] }
  // None runs then: what the blobs hold was profiled or not where they were written.
  if (config.mergeReports !== undefined) return told
  for (const project of projects) {
    const { name, config: own } = project
    const label = name === '' ? 'the project' : `project '${name}'`
    if (own.browser?.enabled === true) told.notices.push(`${label} is not profiled: it runs in a browser`)
    else if (!hasSetup(project)) {
      const where = projects.length > 1 ? "the root's Vitest config, which reaches all projects" : 'its Vitest config'
      told[hasGate(options) ? 'failures' : 'notices'].push(`${label} is not profiled: add asyncProfiler() to the plugins of ${where}`)
    }
  }
  return told
}
