import { getBuiltinModule } from './builtins.ts'

/**
 * Tells on standard error, where `NODE_DEBUG=vitest-async-profiler` is set, why the profiler did or did not do something: why no
 * profile was started, why a line is missing, what was left out. Elsewhere it does nothing.
 * @example debug('%s: the CPU profile starts', file)
 */
export const debug = getBuiltinModule('node:util').debuglog('vitest-async-profiler')
