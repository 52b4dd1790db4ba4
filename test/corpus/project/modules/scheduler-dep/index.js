import { setTimeout as sleep } from 'node:timers/promises'

const jobs = []
let wake
let runs

/** Starts the loop that all jobs go through, and that waits for more when it has done them. */
export function schedule(job) {
  runs ??= run()
  return new Promise((resolve) => {
    jobs.push({ job, resolve })
    wake?.()
  })
}

async function run() {
  for (;;) {
    const next = jobs.shift()
    if (next) next.resolve(await next.job())
    else await new Promise((resolve) => (wake = resolve))
  }
}

export const isRunning = () => runs !== undefined

let flushing

/** Is written a little later, together with what comes until then. */
export function write(_line) {
  flushing ??= flush()
}

async function flush() {
  await sleep(30, undefined, { ref: false })
  flushing = undefined
}

const idle = new Map()

/** Settled by `settle` of the same name, if ever. */
export function whenIdle(name) {
  const deferred = idle.get(name) ?? Promise.withResolvers()
  idle.set(name, deferred)
  void deferred.promise.then(() => idle.delete(name))
  return { settle: deferred.resolve }
}
