import { lookup } from 'node:dns'
import { createReadStream, stat, watch } from 'node:fs'
import { stat as statLater } from 'node:fs/promises'
import { createServer } from 'node:net'

const HERE = import.meta.dirname

/** Makes something when `soon` calls back; what it gives ends that. */
function later(soon, make) {
  let stop
  let isOver = false
  soon(() => {
    if (!isOver) stop = make()
  })
  return () => {
    isOver = true
    return stop?.()
  }
}

function tick() {
  const timer = setInterval(() => {}, 60_000) // DEP late
  return () => clearInterval(timer)
}

/** In the next tick. */
export const serve = () =>
  later(process.nextTick, () => {
    const server = createServer().listen(0, '127.0.0.1') // DEP late-server
    return () => new Promise((done) => void server.close(done))
  })

/** In a microtask. */
export const poll = () => later(queueMicrotask, tick)

/** In a promise's continuation, after a call of the file system. */
export const follow = () =>
  later(
    (run) => statLater(HERE).then(run, () => {}),
    () => {
      const watcher = watch(HERE, () => {}) // DEP late-watcher
      return () => watcher.close()
    },
  )

/** In a callback of the file system. */
export const refresh = () => later((run) => stat(HERE, run), tick)

/** In a callback of the resolver. */
export const discover = () => later((run) => lookup('localhost', run), tick)

/** In an event of a stream. */
export const tail = () => later((run) => createReadStream(import.meta.filename).resume().once('close', run), tick)

/** When a timer fires. */
export const retry = () => later((run) => setTimeout(run, 1), tick)
