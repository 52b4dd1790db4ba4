import { fileURLToPath } from 'node:url'

/** The setup file as Vitest's config names it, whether the plugin put it there or the user. */
export const SETUP_FILE = fileURLToPath(new URL('./setup.js', import.meta.url))
export const PLUGIN_NAME = 'vitest-async-profiler'
