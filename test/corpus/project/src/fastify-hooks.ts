import { pbkdf2Sync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { hash, HEAVY } from './hash.ts'
import { timed } from './truth.ts'

/** Hooks that stall, each in a route of its own; one is written with a callback, the next with a promise. */
export function createHookedApp(transport: string): FastifyInstance {
  const app = fastify()
  const key = ({ url }: FastifyRequest): string => transport + url.replaceAll('/', '-')
  const answer = async ({ body }: FastifyRequest): Promise<unknown> => body

  app.post('/on-request', {
    onRequest(request, _reply, done) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME on-request
      done()
    },
  }, answer)
  app.post('/pre-parsing', {
    async preParsing(request, _reply, payload) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME pre-parsing
      return payload
    },
  }, answer)
  app.post('/pre-validation', {
    preValidation(request, _reply, done) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME pre-validation
      done()
    },
  }, answer)
  app.post('/pre-handler', {
    async preHandler(request) {
      await sleep(1)
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME pre-handler
    },
  }, answer)
  app.post('/handler', async (request) => {
    timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME handler
    return request.body
  })
  app.post('/pre-serialization', {
    preSerialization(request, _reply, payload, done) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME pre-serialization
      done(null, payload)
    },
  }, answer)
  app.post('/on-send', {
    async onSend(request, _reply, payload) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME on-send
      return payload
    },
  }, answer)
  app.post('/on-response', {
    onResponse(request, _reply, done) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME on-response
      done()
    },
  }, answer)
  app.post('/error-handler', {
    errorHandler(_error, request, reply) {
      timed(key(request), () => pbkdf2Sync(...HEAVY)) // BLAME error-handler
      reply.code(200).send({ name: 'nobody' })
    },
  }, async () => {
    throw new Error('no such user')
  })
  app.post('/mended', { onRequest: async () => void (await hash()), preHandler: async () => void (await hash()), onResponse: async () => void (await hash()) }, answer)
  return app
}

export const HOOKS = ['on-request', 'pre-parsing', 'pre-validation', 'pre-handler', 'handler', 'pre-serialization', 'on-send', 'on-response', 'error-handler'] as const
