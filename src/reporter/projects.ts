/** What is used of Vitest here. */
interface VitestLike {
  projects: readonly { name: string; config: { setupFiles?: readonly string[]; browser?: { enabled?: boolean } } }[]
}

/** One sentence for each project that runs without the profiler. */
export function unprofiledProjects({ projects }: VitestLike): string[] {
  return projects.flatMap(({ name, config }) => {
    const label = name === '' ? 'the project' : `project '${name}'`
    if (config.browser?.enabled === true) return `${label} is not profiled: it runs in a browser`
    const profiled = (config.setupFiles ?? []).some((file) => /vitest-async-profiler.*[\\/]setup\.js$|[\\/]dist[\\/]setup\.js$/.test(file))
    return profiled ? [] : `${label} is not profiled: its own config file needs asyncProfiler() in its plugins, too`
  })
}
