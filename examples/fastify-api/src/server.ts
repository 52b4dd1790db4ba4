import Fastify, { type FastifyInstance } from 'fastify'
import type { NoteStore } from './note-store.ts'
import { exportRoutes } from './routes/export.ts'
import { noteRoutes } from './routes/notes.ts'

export function buildServer(notes: NoteStore): FastifyInstance {
  const server = Fastify()
  server.get('/health', async () => ({ status: 'ok' }))
  server.register(noteRoutes, { prefix: '/notes', notes })
  server.register(exportRoutes, { prefix: '/export', notes })
  return server
}
