import { PLUGIN_NAME, SETUP_FILE } from '../paths.ts'

/** What is used of Vitest here. */
interface VitestLike {
  vite: { config: { plugins: readonly { name: string }[] } }
  projects: readonly ProjectLike[]
}

interface ProjectLike {
  name: string
  config: { setupFiles?: readonly string[]; browser?: { enabled?: boolean } }
}

/** Whether our setup file runs in its workers. */
export const hasSetup = ({ config }: ProjectLike): boolean => config.setupFiles?.includes(SETUP_FILE) === true

/** The plugin twice in one config: the second one's options would be ignored in silence. */
export function doubledPlugin({ vite }: VitestLike): string[] {
  const count = vite.config.plugins.filter(({ name }) => name === PLUGIN_NAME).length
  return count > 1 ? ['asyncProfiler() is in the config more than once: the first one is used; remove the others'] : []
}

/** One sentence for each project that runs without the profiler. */
export function unprofiledProjects({ projects }: VitestLike): string[] {
  return projects.flatMap((project) => {
    const { name, config } = project
    const label = name === '' ? 'the project' : `project '${name}'`
    if (config.browser?.enabled === true) return `${label} is not profiled: it runs in a browser`
    return hasSetup(project) ? [] : `${label} is not profiled: its own config file needs asyncProfiler() in its plugins, too`
  })
}
