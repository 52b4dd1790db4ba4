// `.js`: the build leaves this import as it is, so that Node loads the worker as one file (see tsdown.config.ts).
// Not a static one: what loading takes is told with all else that the profiler costs.
const since = performance.now()
const { install } = await import('./worker.js')

install(since)
