import { afterAll, describe, expect, test } from 'vitest'
import { NoteStore } from '../src/note-store.ts'
import { buildServer } from '../src/server.ts'
import { someNotes } from './fixtures.ts'

const server = buildServer(new NoteStore(someNotes(3)))
await server.ready()

afterAll(async () => {
  await server.close()
})

describe('POST /notes', () => {
  test('adds a note', async () => {
    const res = await server.inject({ method: 'POST', url: '/notes', payload: { title: 'Milk', body: 'Two bottles' } })
    expect(res.statusCode).toBe(201)
    expect(res.headers.location).toBe(`/notes/${res.json().id}`)
  })

  test('refuses a note without a title', async () => {
    const res = await server.inject({ method: 'POST', url: '/notes', payload: { body: 'Two bottles' } })
    expect(res.statusCode).toBe(400)
  })
})

describe('GET /notes/:id', () => {
  test('answers 404 for an unknown note', async () => {
    const res = await server.inject('/notes/note-99')
    expect(res.statusCode).toBe(404)
  })

  test('gives the note, and keeps the loop free', async () => {
    const res = await server.inject('/notes/note-1')
    expect(res.json()).toMatchObject({ id: 'note-1', title: 'Note 1' })
    expect(res).toHaveNoBlockingCalls()
    expect(res).toCompleteWithinLag(50)
  })
})
