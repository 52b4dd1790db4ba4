import { Body, Controller, type INestApplication, Module, Param, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { pbkdf2Sync } from 'node:crypto'
import type { Server } from 'node:http'
import 'reflect-metadata'
import request from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { hash, HEAVY } from '../../src/hash.ts'
import { CLEAN } from '../../src/settings.ts'
import { timed } from '../../src/truth.ts'

interface User {
  name: string
}

class Users {
  // First: routes are tried in the order of the methods.
  async createMended(user: User): Promise<User> {
    await hash()
    return user
  }

  create(key: string, user: User): User {
    timed(key, () => pbkdf2Sync(...HEAVY)) // BLAME nest-json
    return user
  }
}

class App {
  readonly name = 'corpus'
}

// Decorators are functions: called as such they need no transform.
Controller()(Users)
Post('mended')(Users.prototype, 'createMended', Object.getOwnPropertyDescriptor(Users.prototype, 'createMended')!)
Body()(Users.prototype, 'createMended', 0)
Post(':key')(Users.prototype, 'create', Object.getOwnPropertyDescriptor(Users.prototype, 'create')!)
Param('key')(Users.prototype, 'create', 0)
Body()(Users.prototype, 'create', 1)
Module({ controllers: [Users] })(App)

const app = await NestFactory.create<INestApplication<Server>>(App, { logger: false })
const post = (path: string) => request(app.getHttpServer()).post(path).send({ name: 'Ada' })

// To start takes long, and so does a first request: while the module is loaded, it is nobody's.
await app.listen(0, '127.0.0.1')
await post('/mended').expect(201)

describe('nest', () => {
  afterAll(() => app.close())

  // EXPECT 64 nest-json: blocking-call sync-crypto in "nest > a body" request "POST /nest-json"
  test('a body', async () => {
    await post('/nest-json').expect(201, { name: 'Ada' })
  })

  test('clean: a body', CLEAN, async () => {
    expect(await post('/mended').expect(201)).toHaveNoBlockingCalls()
  })

  // EXPECT 65 nest-parallel: blocking-call sync-crypto in "nest > one of two requests" request "POST /nest-parallel" at nest-json victims any
  test('one of two requests', async () => {
    const [slow, other] = await Promise.all([post('/nest-parallel'), post('/mended')])
    expect(other).toHaveNoBlockingCalls()
    expect(slow).not.toHaveNoBlockingCalls()
  })
})
