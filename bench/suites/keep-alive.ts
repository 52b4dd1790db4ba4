import { Agent, createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordFile } from './record.ts'

const REQUESTS = 20_000

const { timed } = recordFile()
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let server: Server
beforeAll(() => new Promise<void>((resolve) => void (server = createServer((_req, res) => void res.end('ok')).listen(0, resolve))))
afterAll(() => {
  agent.destroy()
  server.close()
})

test(
  'requests',
  timed(async () => {
    const { port } = server.address() as AddressInfo
    for (let i = 0; i < REQUESTS; i++) {
      const status = await new Promise((resolve, reject) => {
        get({ port, agent }, (res) => {
          res.resume()
          res.once('end', () => resolve(res.statusCode))
        }).once('error', reject)
      })
      if (status !== 200) expect.fail(`status ${status}`)
    }
  })
)
