import { pbkdf2, pbkdf2Sync } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, onTestFinished, test as base } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const { pbkdf2Iterations: iterations } = amounts
const slowly = (): Promise<Buffer> => promisify(pbkdf2)('password', 'salt', iterations, 64, 'sha512')

describe('beforeAll and afterAll', () => {
  // EXPECT 4 before-all: blocking-call sync-crypto in file
  beforeAll(() => {
    const from = start()
    pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME before-all
    stop('before-all', from)
  })

  // EXPECT 4 after-all: blocking-call sync-crypto in file
  afterAll(() => {
    const from = start()
    pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME after-all
    stop('after-all', from)
  })

  base('have nothing to do with this one', () => {})
})

describe('mended beforeAll and afterAll', () => {
  beforeAll(async () => void (await slowly()))
  afterAll(async () => void (await slowly()))

  base('clean: have nothing to do with this one', CLEAN, () => {})
})

describe('beforeEach', () => {
  // EXPECT 4 before-each: blocking-call sync-crypto in "beforeEach > of a test"
  beforeEach(() => {
    const from = start()
    pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME before-each
    stop('before-each', from)
  })

  base('of a test', () => {})
})

describe('mended beforeEach', () => {
  beforeEach(async () => void (await slowly()))

  base('clean: of a test', CLEAN, () => {})
})

describe('afterEach', () => {
  // EXPECT 4 after-each: blocking-call sync-crypto in "afterEach > of a test"
  afterEach(() => {
    const from = start()
    pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME after-each
    stop('after-each', from)
  })

  base('of a test', () => {})
})

describe('mended afterEach', () => {
  afterEach(async () => void (await slowly()))

  base('clean: of a test', CLEAN, () => {})
})

// EXPECT 4 on-finished: blocking-call sync-crypto in "onTestFinished"
base('onTestFinished', () => {
  onTestFinished(() => {
    const from = start()
    pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME on-finished
    stop('on-finished', from)
  })
})

base('clean: onTestFinished', CLEAN, () => {
  onTestFinished(async () => void (await slowly()))
})

const test = base.extend<{ key: Buffer; mended: Buffer }>({
  key: async ({}, use) => {
    const from = start()
    const key = pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // BLAME fixture
    stop('fixture', from)
    await use(key)
  },
  mended: async ({}, use) => {
    await use(await slowly())
  },
})

// EXPECT 4 fixture: blocking-call sync-crypto in "a fixture"
test('a fixture', ({ key, expect }) => {
  expect(key).toHaveLength(64)
})

test('clean: a fixture', CLEAN, ({ mended, expect }) => {
  expect(mended).toHaveLength(64)
})
