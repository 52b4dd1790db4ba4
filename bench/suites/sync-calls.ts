import { existsSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { recordFile } from './record.ts'

const TURNS = 25
const CALLS_A_TURN = 20_000

const { timed } = recordFile()

/** In parts of some 20 ms: nothing in it is slow. */
test(
  'sync calls',
  timed(async () => {
    let found = 0
    for (let i = 0; i < TURNS; i++) {
      for (let j = 0; j < CALLS_A_TURN; j++) found += Number(existsSync('/'))
      await turn()
    }
    expect(found).toBe(TURNS * CALLS_A_TURN)
  })
)
