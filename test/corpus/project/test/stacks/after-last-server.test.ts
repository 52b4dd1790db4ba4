import { readFile } from 'node:fs'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'

// EXPECT 75 after-last-server: leaked-resource in "starts to serve" says "server"
test('starts to serve', () => {
  const server = createServer()
  readFile('package.json', () => {
    server.listen(0, '127.0.0.1') // BLAME after-last-server
  })
  expect(server.listening).toBe(false)
})
