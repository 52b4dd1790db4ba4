import { PLUGIN_NAME } from '../../config/entry-files.ts'

/** Nothing before the first one is made. */
let used: boolean | undefined

/**
 * A plugin that was made and that Vite was never given does nothing, in silence: one in `test.plugins`, for instance. Said at the
 * process's end, and only in Vitest's: linters load configs, too.
 */
export function watchUse(): void {
  if (used === undefined) process.once('exit', tellUnused)
  used ??= false
}

/** Vite has asked for something of ours. */
export function noteUse(): void {
  used = true
}

function tellUnused(): void {
  if (used === true || process.env.VITEST === undefined) return
  process.stderr.write(
    `${PLUGIN_NAME}: asyncProfiler() was called, but no config that Vitest read has its plugin: ` +
      'it belongs in plugins, beside test and not inside it\n'
  )
}
