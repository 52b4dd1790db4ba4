import { readFile } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { after, burn } from '../src/clock.ts'
import { CLEAN } from '../src/settings.ts'
import { type Begin, inParts, start, stop } from '../src/truth.ts'

/** Rounds of a part of a chain, some 4 ms: what takes 10 ms by itself the profiler looks at. By the CPU clock a part may be a tick longer. */
const PART_ROUNDS = 150_000

/** Of a clean chain. */
const SHORT_MS = 5

/** So long that the profiler looks at each: there are as many windows of the profile. */
const LOOKED_AT_MS = 15

describe('microtasks', () => {
  // First: what the profiler does for the first time in a file takes it long, and is measured around a chain as part of it.
  test('clean: a chain that lets the loop turn', CLEAN, async () => {
    const done = after(150)
    let sum = 0
    do {
      sum += burn(SHORT_MS)
      await nextTurn()
    } while (!done())
    expect(sum).not.toBe(0)
  })

  // EXPECT 22 microtasks: loop-starvation in "microtasks > a long chain"
  test('a long chain', async () => {
    const done = after(150)
    const chain = inParts('microtasks')
    let sum = 0
    do {
      chain.part(() => {
        for (let i = 0; i < PART_ROUNDS; i++) sum += Math.sqrt(i) * Math.sin(i) // BLAME microtasks
      })
      await Promise.resolve()
    } while (!done())
    chain.stop()
    expect(sum).not.toBe(0)
  })

  // Each look is time of the profiler's own, which the duration does not count.
  // EXPECT 22 long-parts: loop-starvation in "microtasks > a chain of long parts" untimed
  test('a chain of long parts', async () => {
    const done = after(180)
    const from = start()
    let sum = 0
    do {
      const partDone = after(LOOKED_AT_MS)
      do {
        for (let i = 0; i < 10_000; i++) sum += Math.sqrt(i) * Math.sin(i) // BLAME long-parts
      } while (!partDone())
      await Promise.resolve()
    } while (!done())
    stop('long-parts', from)
    expect(sum).not.toBe(0)
  })

  test('clean: a chain of long parts that lets the loop turn', CLEAN, async () => {
    const done = after(180)
    let sum = 0
    do {
      sum += burn(LOOKED_AT_MS)
      await nextTurn()
    } while (!done())
    expect(sum).not.toBe(0)
  })

  // Promises are memory to get and to collect: to make 60,000 at once takes some machines 100 ms, also without the profiler. So they are
  // made in several turns, and counted when they are done instead of with `Promise.all`, which makes as many again.
  // EXPECT 26 burst: loop-starvation in "microtasks > a burst of 50,000" untimed
  test('a burst of 50,000', async () => {
    const weigh = (value: number): number => {
      let sum = 0
      for (let i = 0; i < 500; i++) sum += Math.sqrt(value + i) * Math.sin(i) // BLAME burst
      return sum
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const { promise: done, resolve: end } = Promise.withResolvers<void>()
    const weights: number[] = []
    const weighed = (weight: number): void => {
      if (weights.push(weight) === 50_000) end()
    }
    for (let value = 0; value < 50_000; value++) {
      if (value % 10_000 === 0) await nextTurn()
      void promise.then(() => weigh(value)).then(weighed)
    }
    await nextTurn()
    const from = start()
    resolve()
    await done
    stop('burst', from)
    expect(weights).toHaveLength(50_000)
  })

  test('clean: a burst of 100', CLEAN, async () => {
    const values = await Promise.all(Array.from({ length: 100 }, (_, value) => Promise.resolve(value)))
    expect(values).toHaveLength(100)
  })
})

describe('ticks', () => {
  // EXPECT 23 ticks: loop-starvation in "ticks > that queue each other"
  test('that queue each other', async () => {
    const done = after(150)
    const { promise, resolve } = Promise.withResolvers<number>()
    let sum = 0
    const tick = (): void => {
      chain.part(() => {
        for (let i = 0; i < PART_ROUNDS; i++) sum += Math.sqrt(i) * Math.sin(i) // BLAME ticks
      })
      if (done()) resolve(sum)
      else process.nextTick(tick)
    }
    const chain = inParts('ticks')
    process.nextTick(tick)
    await promise
    chain.stop()
  })

  test('clean: immediates that queue each other', CLEAN, async () => {
    const done = after(150)
    const { promise, resolve } = Promise.withResolvers<number>()
    let sum = 0
    const tick = (): void => {
      for (let i = 0; i < 50_000; i++) sum += Math.sqrt(i) * Math.sin(i)
      if (done()) resolve(sum)
      else setImmediate(tick)
    }
    setImmediate(tick)
    await promise
  })
})

describe('many callbacks', () => {
  // EXPECT 24 immediates: loop-starvation in "many callbacks > in one turn" says "24"
  test('in one turn', async () => {
    let sum = 0
    const begins: Begin[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const callback = (): void => {
      begins.push(start())
      const done = after(6)
      do {
        for (let i = 0; i < 30_000; i++) sum += Math.sqrt(i) * Math.sin(i) // BLAME immediates
      } while (!done())
      if (begins.length < 24) return
      stop('immediates', begins[0]!)
      resolve()
    }
    for (let i = 0; i < 24; i++) setImmediate(callback)
    await promise
    expect(sum).not.toBe(0)
  })

  // EXPECT 24 timers: loop-starvation in "many callbacks > of timers that are due at once" says "24"
  test('of timers that are due at once', async () => {
    let sum = 0
    const begins: Begin[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const callback = (): void => {
      begins.push(start())
      const done = after(6)
      do {
        for (let i = 0; i < 30_000; i++) sum += Math.sqrt(i) * Math.sin(i) // BLAME timers
      } while (!done())
      if (begins.length < 24) return
      stop('timers', begins[0]!)
      resolve()
    }
    for (let i = 0; i < 24; i++) setTimeout(callback, 50)
    // After I/O, and late, so that all are due when the loop comes to its timers again: not those of one millisecond, and
    // in another turn those of the next.
    await readFile('package.json')
    burn(60)
    await promise
    expect(sum).not.toBe(0)
  })

  test('clean: in turns with I/O between them', CLEAN, async () => {
    for (let i = 0; i < 24; i++) {
      burn(6)
      await readFile('package.json')
    }
  })
})
