import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { CLEAN } from '../src/settings.ts'
import { start, stop } from '../src/truth.ts'

const cell = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4))

describe('waiting', () => {
  // EXPECT 7 wait: blocking-call wait in "waiting > Atomics.wait"
  test('Atomics.wait', () => {
    const shared = cell()
    const from = start()
    const result = Atomics.wait(shared, 0, 0, 120) // BLAME wait
    stop('wait', from)
    expect(result).toBe('timed-out')
  })

  // EXPECT 7 wait-thread: blocking-call wait in "waiting > for a thread"
  test('for a thread', async () => {
    const shared = cell()
    const worker = run('setTimeout(() => { Atomics.store(workerData, 0, 1); Atomics.notify(workerData, 0) }, 200)', shared)
    await once(worker, 'online')
    const from = start()
    const result = Atomics.wait(shared, 0, 0) // BLAME wait-thread
    stop('wait-thread', from)
    expect(result).toBe('ok')
    await worker.terminate()
  })

  test('clean: Atomics.waitAsync', CLEAN, async () => {
    const { value } = Atomics.waitAsync(cell(), 0, 0, 120)
    // V8 does not keep the process alive for it.
    const alive = setTimeout(() => {}, 1000)
    expect(await value).toBe('timed-out')
    clearTimeout(alive)
  })

  test('clean: Atomics.wait in a thread', CLEAN, async () => {
    const [code] = (await once(run('Atomics.wait(workerData, 0, 0, 150)', cell()), 'exit')) as [number]
    expect(code).toBe(0)
  })

  test('clean: a thread that spins', CLEAN, async () => {
    const [code] = (await once(run('const until = Date.now() + 300; while (Date.now() < until);', cell()), 'exit')) as [number]
    expect(code).toBe(0)
  })
})

function run(code: string, shared: Int32Array): Worker {
  return new Worker(`const { workerData } = require('node:worker_threads'); ${code}`, { eval: true, workerData: shared })
}
