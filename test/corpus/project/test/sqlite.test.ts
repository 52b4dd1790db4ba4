import { describe, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

// Node before 22.13 has it behind a flag only.
const sqlite = process.getBuiltinModule('node:sqlite')

const COUNT_ROWS = 'WITH RECURSIVE rows(row) AS (SELECT 1 UNION ALL SELECT row + 1 FROM rows WHERE row < ?) SELECT count(*) AS count FROM rows'

describe.runIf(sqlite)('a query', () => {
  // EXPECT 12 sqlite: blocking-call sync-io in "a query > that is slow"
  test('that is slow', () => {
    const query = new sqlite.DatabaseSync(':memory:').prepare(COUNT_ROWS)
    const from = start()
    const row = query.get(amounts.sqliteRows) // BLAME sqlite
    stop('sqlite', from)
    expect(row).toEqual({ count: amounts.sqliteRows })
  })

  test('clean: that is quick', CLEAN, () => {
    const query = new sqlite.DatabaseSync(':memory:').prepare(COUNT_ROWS)
    expect(query.get(10)).toEqual({ count: 10 })
  })
})
