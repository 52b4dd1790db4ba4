import { fileURLToPath } from 'node:url'

/** The setup file as Vitest's config names it, whether the plugin put it there or the user. */
export const SETUP_FILE = fileURLToPath(new URL('./setup.js', import.meta.url))
/** Where a root's plugin hears of all projects: see vitest/main/run-start.ts. */
export const GLOBAL_SETUP_FILE = fileURLToPath(new URL('./global-setup.js', import.meta.url))
export const PLUGIN_NAME = 'vitest-async-profiler'

/** As users name the entries: by the package, or by a path to its built file. A monorepo may hold several copies of the package. */
export const isOurSetup = (file: string): boolean => file === SETUP_FILE || isEntry(file, 'setup')
export const isOurReporter = (name: string): boolean => isEntry(name, 'reporter')

const isEntry = (name: string, entry: string): boolean =>
  name === `${PLUGIN_NAME}/${entry}` || name.replaceAll('\\', '/').endsWith(`/${PLUGIN_NAME}/dist/${entry}.js`)
