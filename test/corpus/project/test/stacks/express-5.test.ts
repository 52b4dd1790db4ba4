import { pbkdf2Sync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import express, { type Request, type Response } from 'express'
import multer from 'multer'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { burn } from '../../src/clock.ts'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

const app = express()

// A body parser calls the handler from an event of the body's stream.
app.post(['/x5-json', '/x5-parallel'], express.json(), ({ path, body }: Request, response: Response): void => {
  timed(path.slice(1), () => pbkdf2Sync(...HEAVY)) // BLAME x5-json
  response.json(body)
})
app.post('/x5-form', express.urlencoded(), ({ body }: Request, response: Response): void => {
  timed('x5-form', () => burn(150))
  response.json(body)
})
app.post('/x5-raw', express.raw(), async ({ body }: Request, response: Response): Promise<void> => {
  await sleep(1)
  timed('x5-raw', () => pbkdf2Sync(...HEAVY)) // BLAME x5-raw
  response.json({ bytes: (body as Buffer).length })
})
app.post('/x5-upload', multer().single('photo'), ({ file }: Request, response: Response): void => {
  timed('x5-upload', () => pbkdf2Sync(...HEAVY)) // BLAME x5-upload
  response.json({ bytes: file!.size })
})
const verify = (): void => void timed('x5-verify', () => pbkdf2Sync(...HEAVY)) // BLAME x5-verify
app.post('/x5-verify', express.json({ verify }), ({ body }: Request, response: Response): void => {
  response.json(body)
})
app.use('/mended', express.json(), express.urlencoded(), express.raw(), multer().single('photo'))
app.post('/mended', async ({ body }: Request, response: Response): Promise<void> => {
  response.json({ hash: await hash(), body })
})

const photo = Buffer.alloc(100_000, 'photo')
const post = (path: string) => request(app).post(path)

// A first request takes long: while the module is loaded, it is nobody's.
await post('/mended').attach('photo', photo, 'photo.png').expect(200)
await post('/mended').send({ name: 'Ada' }).expect(200)

describe('express 5', () => {
  // EXPECT 64 x5-json: blocking-call sync-crypto in "express 5 > json" request "POST /x5-json"
  test('json', async () => {
    await post('/x5-json').send({ name: 'Ada' }).expect(200, { name: 'Ada' })
  })

  // EXPECT 64 x5-form: blocking-call cpu in "express 5 > urlencoded" request "POST /x5-form" at burn
  test('urlencoded', async () => {
    await post('/x5-form').type('form').send({ name: 'Ada' }).expect(200, { name: 'Ada' })
  })

  // EXPECT 64 x5-raw: blocking-call sync-crypto in "express 5 > raw, after an await" request "POST /x5-raw"
  test('raw, after an await', async () => {
    await post('/x5-raw').type('application/octet-stream').send(photo).expect(200, { bytes: photo.length })
  })

  // EXPECT 64 x5-upload: blocking-call sync-crypto in "express 5 > multipart" request "POST /x5-upload"
  test('multipart', async () => {
    await post('/x5-upload').attach('photo', photo, 'photo.png').expect(200, { bytes: photo.length })
  })

  // EXPECT 64 x5-verify: blocking-call sync-crypto in "express 5 > the body parser's own callback" request "POST /x5-verify"
  test("the body parser's own callback", async () => {
    await post('/x5-verify').send({ name: 'Ada' }).expect(200, { name: 'Ada' })
  })

  test('clean: json', CLEAN, async () => {
    expect(await post('/mended').send({ name: 'Ada' }).expect(200)).toHaveNoBlockingCalls()
  })

  test('clean: urlencoded', CLEAN, async () => {
    expect(await post('/mended').type('form').send({ name: 'Ada' }).expect(200)).toHaveNoBlockingCalls()
  })

  test('clean: raw', CLEAN, async () => {
    expect(await post('/mended').type('application/octet-stream').send(photo).expect(200)).toHaveNoBlockingCalls()
  })

  test('clean: multipart', CLEAN, async () => {
    expect(await post('/mended').attach('photo', photo, 'photo.png').expect(200)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 x5-parallel: blocking-call sync-crypto in "express 5 > one of two requests" request "POST /x5-parallel" at x5-json victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/x5-parallel').send({ name: 'Ada' }), post('/mended').send({ name: 'Grace' })])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
