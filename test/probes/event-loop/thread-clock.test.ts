import { closeSync, fstatSync, openSync, readlinkSync, readdirSync, rmSync, writeFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openThreadClock, type ThreadClock } from '../../../src/probes/event-loop/thread-clock.ts'

/** Computes for so long on a CPU. */
function compute(ms: number): number {
  const until = cpuMs() + ms
  let sum = 0
  while (cpuMs() < until) sum += Math.sqrt(sum)
  return sum
}
function cpuMs(): number {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage).call(process)
  return (user + system) / 1000
}

/** Milliseconds on a CPU by the clock, and by Node's own figure taken around the same work. */
function measure(clock: ThreadClock, ms: number): { told: number; true: number } {
  const before = { told: clock.read().runMs, true: cpuMs() }
  compute(ms)
  return { true: cpuMs() - before.true, told: clock.read().runMs - before.told }
}

const openClock = (): ThreadClock => {
  const clock = openThreadClock()
  onTestFinished(() => clock.stop())
  return clock
}

/** A kernel's tick, and what the reading itself takes. */
const MARGIN_MS = 12

test('tells what the thread ran', () => {
  const { told, true: ran } = measure(openClock(), 60)
  expect(told).toBeGreaterThan(ran - MARGIN_MS)
  expect(told).toBeLessThan(ran + MARGIN_MS)
})

describe.runIf(process.platform === 'linux')('a descriptor that tests have closed', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'vap-clock-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function openWithFd(): { clock: ThreadClock; fd: number } {
    const before = new Set(schedstats())
    const clock = openClock()
    const [fd] = schedstats().filter((each) => !before.has(each))
    return { clock, fd: fd! }
  }

  test('and that is nobody’s: it goes on to tell the truth', () => {
    const { clock, fd } = openWithFd()
    closeSync(fd)
    const { told, true: ran } = measure(clock, 60)
    expect(told).toBeGreaterThan(ran - MARGIN_MS)
    expect(told).toBeLessThan(ran + MARGIN_MS)
  })

  test.each([
    ['with words in it', 'hello, this is no such file\n'],
    ['empty', ''],
    ['that looks like the kernel’s, with other figures', '999999999999999 888888888888888 7\n']
  ])('and that is now a file of theirs, %s: it is neither believed nor closed', (_name, text) => {
    const { clock, fd } = openWithFd()
    const path = join(folder, 'theirs')
    writeFileSync(path, text)
    closeSync(fd)
    const theirs = openSync(path, 'r')
    expect(theirs).toBe(fd)
    const { waitMs } = clock.read()
    const { told, true: ran } = measure(clock, 60)
    expect(told).toBeGreaterThan(ran - MARGIN_MS)
    expect(told).toBeLessThan(ran + MARGIN_MS)
    expect(clock.read().waitMs).toBeLessThan(waitMs + 10_000)
    clock.stop()
    expect(fstatSync(theirs).size).toBe(text.length)
    closeSync(theirs)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('and no other to be had: it neither throws nor goes back, and recovers', async () => {
    const { clock, fd } = openWithFd()
    closeSync(fd)
    const taken = takeAllDescriptors()
    try {
      const before = clock.read()
      const { told, true: ran } = measure(clock, 60)
      expect(told).toBeGreaterThan(ran - MARGIN_MS)
      expect(told).toBeLessThan(ran + MARGIN_MS)
      expect(clock.read().waitMs).toBe(before.waitMs)
    } finally {
      for (const each of taken) closeSync(each)
    }
    const lost = clock.read()
    await sleep(150)
    const again = clock.read()
    expect(schedstats()).toHaveLength(1)
    expect(again.runMs).toBeGreaterThanOrEqual(lost.runMs)
    const { told, true: ran } = measure(clock, 60)
    expect(told).toBeGreaterThan(ran - MARGIN_MS)
    expect(told).toBeLessThan(ran + MARGIN_MS)
  })
})

/** Descriptors of this process that stand for a thread's figures. */
function schedstats(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => targetOf(fd).endsWith('/schedstat'))
}

function targetOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

/** As a process at its limit has none left. */
function takeAllDescriptors(): number[] {
  const taken: number[] = []
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'))
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('EMFILE')
  }
  return taken
}
