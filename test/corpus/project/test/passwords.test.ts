import bcrypt from 'bcrypt'
import bcryptjs from 'bcryptjs'
import { createHash, hash, pbkdf2Sync, randomBytes, randomUUID, scrypt, scryptSync } from 'node:crypto'
import { promisify } from 'node:util'
import { signAll } from 'heavy-dep'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { app } from '../src/app.ts'
import { after, burn } from '../src/clock.ts'
import { CLEAN, CLEAN_SYNC_CALLS, within } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const SCRYPT = { N: 2 ** 13, p: amounts.scryptParallelization, maxmem: 2 ** 30 }
const BYTES = Buffer.alloc(amounts.hashBytes)

describe('bcrypt', () => {
  // EXPECT 3 bcrypt-handler: blocking-call sync-crypto in "bcrypt > in a handler" request "GET /bcrypt"
  test('in a handler', async () => {
    await request(app).get('/bcrypt').expect(200)
  })

  test('clean: in a handler', CLEAN, async () => {
    await request(app).get('/bcrypt-async').expect(200)
  })

  // EXPECT 3 bcrypt-body: blocking-call sync-crypto in "bcrypt > in the body"
  test('in the body', () => {
    const from = start()
    const text = bcrypt.hashSync('password', amounts.bcryptRounds) // BLAME bcrypt-body
    stop('bcrypt-body', from)
    expect(text).toHaveLength(60)
  })

  test('clean: few rounds in the body', CLEAN, () => {
    expect(bcrypt.hashSync('password', 4)).toHaveLength(60)
  })

  // EXPECT 3 bcryptjs: blocking-call cpu in "bcrypt > in pure JavaScript"
  test('in pure JavaScript', () => {
    const from = start()
    const text = bcryptjs.hashSync('password', amounts.bcryptjsRounds) // BLAME bcryptjs
    stop('bcryptjs', from)
    expect(text).toHaveLength(60)
  })

  test('clean: few rounds in pure JavaScript', CLEAN, () => {
    expect(bcryptjs.hashSync('password', 4)).toHaveLength(60)
  })
})

describe('key derivation', () => {
  // EXPECT 4 pbkdf2: blocking-call sync-crypto in "key derivation > pbkdf2 in a handler" request "GET /pbkdf2?a=1"
  test('pbkdf2 in a handler', async () => {
    await request(app).get('/pbkdf2?a=1').expect(200)
  })

  test('clean: pbkdf2 in a handler', CLEAN, async () => {
    await request(app).get('/pbkdf2-async').expect(200)
  })

  // EXPECT 4 pbkdf2-second: blocking-call sync-crypto in "key derivation > the second pbkdf2 of a handler" request "GET /pbkdf2-twice"
  test('the second pbkdf2 of a handler', async () => {
    await request(app).get('/pbkdf2-twice').expect(200)
  })

  // EXPECT 4 scrypt: blocking-call sync-crypto in "key derivation > scrypt in the body"
  test('scrypt in the body', () => {
    const from = start()
    const key = scryptSync('password', 'salt', 64, SCRYPT) // BLAME scrypt
    stop('scrypt', from)
    expect(key).toHaveLength(64)
  })

  test('clean: scrypt in the body', CLEAN, async () => {
    const key = await (promisify(scrypt) as (...args: unknown[]) => Promise<Buffer>)('password', 'salt', 64, SCRYPT)
    expect(key).toHaveLength(64)
  })

  // EXPECT 4 dependency-sign: blocking-call sync-crypto in "key derivation > pbkdf2 in a dependency" dep
  test('pbkdf2 in a dependency', () => {
    const from = start()
    const key = signAll(amounts.pbkdf2Iterations) // BLAME dependency-sign
    stop('dependency-sign', from)
    expect(key).toHaveLength(64)
  })

  test('clean: few iterations in a dependency', CLEAN, () => {
    expect(signAll(1)).toHaveLength(64)
  })
})

// Neither of the two is over the threshold: the stretch is, and the derivations take most of it. They are repeated until so
// much CPU time has gone, as a machine's pace is not what it was when the amounts were measured.
describe('key derivation after some computing', () => {
  // EXPECT 4 derive-and-compute: blocking-call sync-crypto in "key derivation after some computing > over the threshold"
  test('over the threshold', () => {
    const from = start()
    const sum = burn(45)
    const done = after(70)
    let key: Buffer
    do {
      key = pbkdf2Sync('password', 'salt', Math.ceil(amounts.pbkdf2Iterations / 15), 64, 'sha512') // BLAME derive-and-compute
    } while (!done())
    stop('derive-and-compute', from)
    expect(key).toHaveLength(64)
    expect(sum).not.toBe(0)
  })

  test('clean: under the threshold', within(90), () => {
    const sum = burn(20)
    expect(pbkdf2Sync('password', 'salt', Math.ceil(amounts.pbkdf2Iterations / 10), 64, 'sha512')).toHaveLength(64)
    expect(sum).not.toBe(0)
  })
})

describe('hashes', () => {
  // EXPECT 4 hash-long: blocking-call sync-crypto in "hashes > of many bytes"
  test('of many bytes', () => {
    const sha = createHash('sha512')
    const from = start()
    sha.update(BYTES) // BLAME hash-long
    stop('hash-long', from)
    expect(sha.digest()).toHaveLength(64)
  })

  // EXPECT 4 hash-many: blocking-call sync-crypto in "hashes > many short ones"
  test('many short ones', () => {
    const done = after(150)
    const from = start()
    let length = 0
    do {
      for (let i = 0; i < 20; i++) length += createHash('sha256').update(BYTES.subarray(0, 10_000)).digest().length // BLAME hash-many
    } while (!done())
    stop('hash-many', from)
    expect(length).toBeGreaterThan(0)
  })

  test('clean: a few short ones', CLEAN, () => {
    for (let i = 0; i < 20; i++) expect(hash('sha256', `text ${i}`)).toHaveLength(64)
  })
})

test('clean: random numbers are not sync calls', CLEAN_SYNC_CALLS, () => {
  expect(randomBytes(16)).toHaveLength(16)
  expect(randomUUID()).toHaveLength(36)
})
