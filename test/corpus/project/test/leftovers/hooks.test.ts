import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test as base } from 'vitest'
import { record } from '../../src/audit.ts'
import { pool as mendedPool } from '../../src/database-mended.ts'
import { getPool, pool } from '../../src/database.ts'
import { CLEAN } from '../../src/settings.ts'

const nothing = (): void => {}

describe('beforeAll', () => {
  // EXPECT 43 timer-before-all: leaked-resource in file says "setInterval"
  beforeAll(() => {
    setInterval(nothing, 60_000) // BLAME timer-before-all
  })

  base('has nothing to do with this one', () => {})
})

describe('mended beforeAll', () => {
  let timer: NodeJS.Timeout
  beforeAll(() => {
    timer = setInterval(nothing, 60_000)
  })
  afterAll(() => clearInterval(timer))

  base('clean: has nothing to do with this one', CLEAN, () => {})
})

describe('beforeEach', () => {
  // EXPECT 43 timer-before-each: leaked-resource in "beforeEach > of a test"
  beforeEach(() => {
    setInterval(nothing, 60_000) // BLAME timer-before-each
  })

  base('of a test', () => {})
})

describe('mended beforeEach', () => {
  beforeEach(() => {
    const timer = setInterval(nothing, 60_000)
    return () => clearInterval(timer)
  })

  base('clean: of a test', CLEAN, () => {})
})

describe('afterEach', () => {
  // EXPECT 47 floating-after-each: floating-promise in "afterEach > of a test"
  afterEach(() => {
    record('the end of a test') // BLAME floating-after-each
  })

  base('of a test', () => {})
})

describe('mended afterEach', () => {
  afterEach(() => record('the end of a test'))

  base('clean: of a test', CLEAN, () => {})
})

// EXPECT 43 timer-on-finished: leaked-resource in "onTestFinished"
base('onTestFinished', () => {
  onTestFinished(() => {
    setTimeout(nothing, 60_000) // BLAME timer-on-finished
  })
})

base('clean: onTestFinished', CLEAN, () => {
  const timer = setTimeout(nothing, 60_000)
  onTestFinished(() => clearTimeout(timer))
})

const test = base.extend<{ clock: NodeJS.Timeout; mended: NodeJS.Timeout }>({
  clock: async ({}, use) => {
    await use(setInterval(nothing, 60_000)) // BLAME timer-fixture
  },
  mended: async ({}, use) => {
    const clock = setInterval(nothing, 60_000)
    await use(clock)
    clearInterval(clock)
  },
})

// EXPECT 43 timer-fixture: leaked-resource in "a fixture"
test('a fixture', ({ clock, expect }) => {
  expect(clock.hasRef()).toBe(true)
})

test('clean: a fixture', CLEAN, ({ mended, expect }) => {
  expect(mended.hasRef()).toBe(true)
})

describe('pools', () => {
  afterAll(() => mendedPool.end())

  // EXPECT 57 module-pool: leaked-resource in file through "leaky-dep"
  base('of a module, that a first test uses', async () => {
    expect(await pool.query('select 1')).toMatchObject({ rows: [] })
  })

  // EXPECT 57 imported-pool: leaked-resource in file through "leaky-dep"
  base('of a module, that a test imports', async () => {
    const { pool } = await import('../../src/reports-database.ts')
    expect(await pool.query('select 1')).toMatchObject({ rows: [] })
  })

  // EXPECT 57 lazy-pool: leaked-resource in "pools > of the test that needs it first" through "leaky-dep"
  base('of the test that needs it first', async () => {
    expect(await getPool().query('select 1')).toMatchObject({ rows: [] })
  })

  base('of the test that needs it next', async () => {
    expect(await getPool().query('select 1')).toMatchObject({ rows: [] })
  })

  base('clean: of a module, ended in afterAll', CLEAN, async () => {
    expect(await mendedPool.query('select 1')).toMatchObject({ rows: [] })
  })
})
