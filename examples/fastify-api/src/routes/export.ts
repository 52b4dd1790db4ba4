import { brotliCompressSync } from 'node:zlib'
import type { FastifyPluginAsync } from 'fastify'
import type { NoteStore } from '../note-store.ts'

export const exportRoutes: FastifyPluginAsync<{ notes: NoteStore }> = async (server, { notes }) => {
  server.get('/', async (_request, reply) => {
    const archive = compress(notes.all())
    return reply
      .type('application/json')
      .header('content-encoding', 'br')
      .header('content-disposition', 'attachment; filename="notes.json"')
      .send(archive)
  })
}

function compress(data: unknown): Buffer {
  return brotliCompressSync(JSON.stringify(data))
}
