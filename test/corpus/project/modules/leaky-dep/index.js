import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/** Connections that are looked after until the pool is ended. */
export function createPool() {
  const reaper = setInterval(() => {}, 60_000) // DEP pool
  return {
    query: async (text) => ({ text, rows: [] }),
    end: () => clearInterval(reaper),
  }
}

export function subscribe(_topic) {
  const timer = setInterval(() => {}, 60_000) // DEP subscription
  return () => clearInterval(timer)
}

export function serve(handle, done) {
  const server = createServer(handle)
  server.listen(0, '127.0.0.1', done) // DEP server-dependency
  return server
}

export class Client {
  open(port) {
    this.socket = connect(port, '127.0.0.1') // DEP socket-dependency
    return new Promise((resolve) => void this.socket.once('connect', resolve))
  }

  end() {
    const closed = new Promise((resolve) => void this.socket.once('close', resolve))
    this.socket.destroy()
    return closed
  }
}

const WORKS = `require('node:worker_threads').parentPort.on('message', () => {})`

export function startWorker() {
  return new Worker(WORKS, { eval: true }) // DEP worker-dependency
}

export async function upload(_name) {
  await sleep(30)
}

/** Of a service that nobody starts. */
export function ready() {
  return new Promise((_resolve) => {}) // DEP never-dependency
}

export async function send(address) {
  if (!address.includes('@')) throw new TypeError(`${address} is no address`) // DEP rejection-dependency
  await sleep(1)
}
