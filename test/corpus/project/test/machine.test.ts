import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread, Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { burn } from '../src/clock.ts'
import { within } from '../src/settings.ts'

describe("the machine's fault", () => {
  test('machine: CPU time taken by other processes', within(90), async () => {
    const others: ChildProcess[] = []
    // One by one: to fork a large process takes a while, and eight at once were a stall of the test's own.
    while (others.length < 4 * availableParallelism()) {
      others.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
      await sleep(20)
    }
    await sleep(300)
    // On a core that is shared with another thread the same work takes up to twice the CPU time.
    const sum = burn(40)
    for (const other of others) other.kill('SIGKILL')
    await Promise.all(others.map((other) => once(other, 'close')))
    expect(sum).not.toBe(0)
  })

  // In the pool `threads` this process is the runner, too. To fork it is a stall of its own, of up to 50 ms.
  test.runIf(isMainThread)('machine: suspended while it waits', within(90), async () => {
    await suspended()
  })

  test.runIf(isMainThread)('machine: suspended while it works', within(90), async () => {
    const [, sum] = await Promise.all([suspended(), workUntilLate()])
    expect(sum).not.toBe(0)
  })

  // A debugger that is connected has V8 throw away what it compiled, and tell of all scripts: 30 to 50 ms on this thread.
  test.runIf(isMainThread)('machine: paused by a debugger', within(90), async () => {
    const code = (await Promise.all([pausedByDebugger(), workUntilLate()]))[0]
    expect(code).toBe(0)
  })
})

async function suspended(): Promise<void> {
  // The shell's parent is this process.
  await once(spawn('sh', ['-c', 'kill -STOP $PPID; sleep 0.3; kill -CONT $PPID'], { stdio: 'ignore' }), 'close')
}

/** Keeps the loop half busy: whatever stops this process is likely to do it while JavaScript runs. */
async function workUntilLate(): Promise<number> {
  let sum = 0
  for (const until = performance.now() + 400; performance.now() < until; await sleep(1)) sum += burn(5)
  return sum
}

async function pausedByDebugger(): Promise<number> {
  const [code] = (await once(new Worker(DEBUGGER, { eval: true }), 'exit')) as [number]
  return code
}

const DEBUGGER = `
  const { Session } = require('node:inspector')
  const session = new Session()
  session.connectToMainThread()
  session.on('Debugger.paused', () => {
    setTimeout(() => {
      session.post('Debugger.resume')
      session.post('Debugger.disable', () => session.disconnect())
    }, 300)
  })
  session.post('Debugger.enable')
  session.post('Debugger.pause')
`
