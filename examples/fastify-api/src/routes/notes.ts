import type { FastifyPluginAsync } from 'fastify'
import type { NoteStore } from '../note-store.ts'

const newNote = {
  type: 'object',
  required: ['title', 'body'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 200 },
    body: { type: 'string' }
  }
} as const

export const noteRoutes: FastifyPluginAsync<{ notes: NoteStore }> = async (server, { notes }) => {
  server.post<{ Body: { title: string; body: string } }>('/', { schema: { body: newNote } }, async (request, reply) => {
    const note = notes.add(request.body.title, request.body.body)
    return reply.code(201).header('location', `/notes/${note.id}`).send(note)
  })

  server.get<{ Params: { id: string } }>('/:id', async (request, reply) => {
    const note = notes.get(request.params.id)
    return note ?? reply.code(404).send({ error: 'No such note' })
  })
}
