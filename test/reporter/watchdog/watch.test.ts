import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import type { Heartbeat } from '../../../src/model/stuck-worker.ts'
import { type SilentWorker, watchHeartbeats, type WatchOptions } from '../../../src/reporter/watchdog/watch.ts'

const BEAT: Heartbeat = {
  pid: 7,
  threadId: 0,
  timeoutMs: 300,
  everyMs: 100,
  beats: 0,
  debugged: false,
  setting: 'error',
  exempt: false,
  project: '',
  file: 'test/a.test.ts',
  loading: false,
  tests: []
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vap-watch-'))
  return () => rmSync(folder, { recursive: true, force: true })
})

let beats = 0
const beat = (changes: Partial<Heartbeat> = {}): void =>
  writeFileSync(join(folder, '7-0'), `${JSON.stringify({ ...BEAT, beats: ++beats, ...changes })}\n{"rest`)

function watch(options: Partial<WatchOptions> = {}): { silent: SilentWorker[]; stop(): void } {
  const silent: SilentWorker[] = []
  const stop = watchHeartbeats(folder, {
    everyMs: 20,
    isRunning: () => true,
    async onSilent(worker) {
      silent.push(worker)
      await sleep(10_000, undefined, { ref: false })
    },
    ...options
  })
  return { silent, stop }
}

test('tells once of a worker that stays silent, and what it said last', async () => {
  beat({ tests: [{ id: '1', name: 'a', setting: 'error' }] })
  const { silent, stop } = watch()
  await expect.poll(() => silent.length).toBe(1)
  await sleep(100)
  expect(silent).toHaveLength(1)
  expect(silent[0]).toMatchObject({ beat: { file: 'test/a.test.ts', tests: [{ name: 'a' }] } })
  expect(silent[0]!.stuckMs).toBeGreaterThanOrEqual(300)
  expect(silent[0]!.isSilent()).toBe(true)
  beat()
  expect(silent[0]!.isSilent()).toBe(false)
  stop()
})

test('tells nothing of one that beats', async () => {
  const { silent, stop } = watch()
  for (let times = 0; times < 10; times++) {
    beat()
    await sleep(80)
  }
  stop()
  expect(silent).toEqual([])
})

test('goes by what the file says, not by its time', async () => {
  const { silent, stop } = watch()
  // A file system that tells times in hours.
  for (let times = 0; times < 10; times++) {
    beat()
    utimesSync(join(folder, '7-0'), 3600, 3600)
    await sleep(80)
  }
  expect(silent).toEqual([])
  // A clock that is set, or a backup that touches files.
  for (let times = 0; times < 10 && silent.length === 0; times++) {
    utimesSync(join(folder, '7-0'), 3600 * times, 3600 * times)
    await sleep(80)
  }
  expect(silent).toHaveLength(1)
  stop()
})

test.each([
  ['under a debugger', { debugged: true }],
  ['with a test that has the rule switched off', { exempt: true }]
])('tells nothing of one %s', async (_, changes) => {
  beat(changes)
  const { silent, stop } = watch()
  await sleep(600)
  stop()
  expect(silent).toEqual([])
})

test('forgets one that has ended, with its file', async () => {
  beat()
  const { silent, stop } = watch({ isRunning: () => false })
  await expect.poll(() => existsSync(join(folder, '7-0'))).toBe(false)
  stop()
  expect(silent).toEqual([])
})

test('its own slowness is nobody else’s silence', async () => {
  beat()
  const { silent, stop } = watch()
  await sleep(100)
  const until = performance.now() + 600
  while (performance.now() < until);
  await sleep(60)
  expect(silent).toEqual([])
  stop()
})

test('counts anew after one that came back', async () => {
  beat()
  const silent: SilentWorker[] = []
  const stop = watchHeartbeats(folder, { everyMs: 20, isRunning: () => true, onSilent: async (worker) => void silent.push(worker) })
  await expect.poll(() => silent.length).toBe(2)
  stop()
})

test('a folder or file that is gone, or a file with no beat in it, is no trouble', async () => {
  writeFileSync(join(folder, '8-0'), '')
  const { silent, stop } = watch()
  await sleep(60)
  rmSync(folder, { recursive: true })
  await sleep(60)
  stop()
  expect(silent).toEqual([])
})
