import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { NoteStore } from '../src/note-store.ts'
import { buildServer } from '../src/server.ts'
import { someNotes } from './fixtures.ts'

const decompress = promisify(brotliDecompress)
const notes = someNotes(600)
const server = buildServer(new NoteStore(notes))
await server.ready()

afterAll(async () => {
  await server.close()
})

test('GET /health answers', async () => {
  const res = await server.inject('/health')
  expect(res.json()).toEqual({ status: 'ok' })
})

test('GET /export gives every note, compressed', async () => {
  const res = await server.inject('/export')
  expect(res.headers['content-encoding']).toBe('br')
  const json = await decompress(res.rawPayload)
  expect(JSON.parse(json.toString())).toEqual(notes)
})
