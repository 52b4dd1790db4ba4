import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    socketsUrl: string
  }
}

/** Global setup: a socket.io server that is there longer than each test file, so that a client that is left open stays open. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = createServer()
  const sockets = new Server(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  project.provide('socketsUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return () => sockets.close()
}
