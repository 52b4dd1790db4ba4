import { describe, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { after } from '../src/clock.ts'
import { keyed } from '../src/items.ts'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const HUGE = keyed(amounts.printedKeys)
const SMALL = keyed(10)

describe('printing', () => {
  // EXPECT 18 print: blocking-call cpu in "printing > a huge object"
  test('a huge object', () => {
    const from = start()
    console.log(HUGE) // BLAME print
    stop('print', from)
  })

  test('clean: a small object', CLEAN, () => {
    console.log(SMALL)
  })
})

describe('stacks', () => {
  // EXPECT 19 stacks: blocking-call cpu in "stacks > read very often"
  test('read very often', () => {
    const done = after(150)
    const from = start()
    let length = 0
    do {
      for (let i = 0; i < 20; i++) length += new Error('no error').stack!.length // BLAME stacks
    } while (!done())
    stop('stacks', from)
    expect(length).toBeGreaterThan(0)
  })

  test('clean: read a few times', CLEAN, () => {
    for (let i = 0; i < 10; i++) expect(new Error('no error').stack).toContain('printing.test.ts')
  })
})
