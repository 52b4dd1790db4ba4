import { EventEmitter } from 'node:events'
import { Readable, Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate } from 'node:timers/promises'
import { listenAll } from 'heavy-dep'
import { describe, expect, test } from 'vitest'
import { amounts } from '../src/amounts.ts'
import { after } from '../src/clock.ts'
import { CLEAN } from '../src/settings.ts'
import { type Begin, start, stop } from '../src/truth.ts'

/** Computes for so long at each chunk. From the first to the last one it is measured here: who waits for the stream comes after the profiler. */
class Slow extends Transform {
  begin: Begin | undefined
  sum = 0

  constructor(
    readonly chunkMs: number,
    readonly key?: string,
  ) {
    super({ objectMode: true })
  }

  override _transform(chunk: number, _encoding: string, done: TransformCallback): void {
    this.begin ??= start()
    const enough = after(this.chunkMs)
    do {
      for (let i = 0; i < 30_000; i++) this.sum += Math.sqrt(i) * Math.sin(i) // BLAME transform
    } while (!enough())
    if (this.key !== undefined) stop(this.key, this.begin)
    done(null, chunk)
  }
}

describe('a stream', () => {
  // EXPECT 28 transform-chunks: loop-starvation|blocking-call in "a stream > of heavy chunks" at transform
  test('of heavy chunks', async () => {
    await pipeline(Readable.from([1, 2, 3, 4, 5, 6, 7, 8]), new Slow(20, 'transform-chunks'), drain(8))
  })

  // EXPECT 28 transform-chunk: blocking-call cpu in "a stream > of one very heavy chunk" at transform
  test('of one very heavy chunk', async () => {
    await pipeline(Readable.from([1]), new Slow(150, 'transform-chunk'), drain(1))
  })

  test('clean: of heavy chunks that come one by one', CLEAN, async () => {
    await pipeline(oneByOne, new Slow(20), drain(8))
  })
})

async function* oneByOne(): AsyncGenerator<number> {
  for (let chunk = 1; chunk <= 8; chunk++) {
    await setImmediate()
    yield chunk
  }
}

function drain(expected: number): (chunks: AsyncIterable<number>) => Promise<void> {
  return async (chunks) => {
    let count = 0
    for await (const _ of chunks) count += 1
    expect(count).toBe(expected)
  }
}

const ROUNDS = Math.ceil(amounts.loopRounds / 500)

describe('listeners', () => {
  // EXPECT 25 emit: blocking-call cpu in "listeners > 500 of one event" says "500"
  test('500 of one event', () => {
    const bus = new EventEmitter().setMaxListeners(0)
    let sum = 0
    for (let i = 0; i < 500; i++) {
      bus.on('saved', () => {
        // The contract blames the innermost own line, the corpus the `emit`: either is right.
        for (let round = 0; round < ROUNDS; round++) sum += Math.sqrt(round) // BLAME emit
      })
    }
    const from = start()
    bus.emit('saved') // BLAME emit
    stop('emit', from)
    expect(sum).not.toBe(0)
  })

  // EXPECT 25 emit-dependency: blocking-call cpu in "listeners > 500 of a dependency" dep says "500"
  test('500 of a dependency', () => {
    const bus = new EventEmitter().setMaxListeners(0)
    listenAll(bus, 'saved', 500, ROUNDS)
    const from = start()
    bus.emit('saved') // BLAME emit-dependency
    stop('emit-dependency', from)
    expect(bus.listenerCount('saved')).toBe(500)
  })

  test('clean: 500 light ones', CLEAN, () => {
    const bus = new EventEmitter().setMaxListeners(0)
    let count = 0
    for (let i = 0; i < 500; i++) bus.on('saved', () => (count += 1))
    bus.emit('saved')
    expect(count).toBe(500)
  })
})
