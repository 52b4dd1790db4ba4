import { closeSync, existsSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test, vi } from 'vitest'
import { startHeartbeat } from '../../../src/probes/process/heartbeat.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vap-beat-'))
  path = join(folder, 'beat')
  return () => rmSync(folder, { recursive: true, force: true })
})

const firstLine = (): string => readFileSync(path, 'utf8').split('\n')[0]!

test('writes at once, when told, and as long as the loop turns', async () => {
  let text = 'a long one'
  const heartbeat = startHeartbeat(path, 20, () => `${text}\n`)!
  expect(firstLine()).toBe('a long one')
  text = 'short'
  heartbeat.beat()
  expect(firstLine()).toBe('short')
  const before = statSync(path).mtimeMs
  await expect.poll(() => statSync(path).mtimeMs).toBeGreaterThan(before)
  heartbeat.stop()
  expect(existsSync(path)).toBe(false)
})

test('no two beats have the same text', async () => {
  const heartbeat = startHeartbeat(path, 20, (beats) => `${beats}\n`)!
  const seen = new Set<string>()
  await expect.poll(() => seen.add(firstLine()).size).toBeGreaterThan(5)
  const before = firstLine()
  heartbeat.beat()
  expect(firstLine()).not.toBe(before)
  heartbeat.stop()
})

test('fake timers do not reach it', async () => {
  vi.useFakeTimers()
  const heartbeat = startHeartbeat(path, 20, () => 'a\n')!
  const before = statSync(path).mtimeMs
  vi.useRealTimers()
  await sleep(60)
  expect(statSync(path).mtimeMs).toBeGreaterThan(before)
  heartbeat.stop()
})

test('nothing where the file cannot be made', () => {
  expect(startHeartbeat(join(folder, 'missing', 'beat'), 20, () => 'a\n')).toBe(undefined)
})

test('stops, file and all, where it has nothing to say any more', async () => {
  let fails = false
  startHeartbeat(path, 20, () => {
    if (fails) throw new Error('no')
    return 'a\n'
  })
  fails = true
  await expect.poll(() => existsSync(path)).toBe(false)
})

test('writes into no file of somebody who has closed its descriptor', async () => {
  const free = openSync(path, 'w')
  closeSync(free)
  let text = 'a'
  const heartbeat = startHeartbeat(path, 20, () => `${text}\n`)!
  const { ino } = statSync(path)
  const fd = Array.from({ length: 64 }, (_, each) => each).find((each) => inodeOf(each) === ino)!
  closeSync(fd)
  const theirs = join(folder, 'theirs')
  const their = openSync(theirs, 'w')
  expect(their).toBe(fd)
  text = 'b'
  await expect.poll(firstLine).toBe('b')
  expect(readFileSync(theirs, 'utf8')).toBe('')
  closeSync(their)
  heartbeat.stop()
})

test('writes at once into its own file, not at the next beat', () => {
  const heartbeat = startHeartbeat(path, 60_000, (beats) => `${beats}\n`)!
  const fd = descriptorOf(path)
  closeSync(fd)
  const theirs = join(folder, 'theirs')
  const their = openSync(theirs, 'w')
  expect(their).toBe(fd)
  heartbeat.beat()
  expect(firstLine()).toBe('2')
  expect(readFileSync(theirs, 'utf8')).toBe('')
  heartbeat.stop()
  expect(fstatSync(their).size).toBe(0)
  closeSync(their)
})

test('with no descriptor to be had the file goes, and comes back', async () => {
  const heartbeat = startHeartbeat(path, 20, (beats) => `${beats}\n`)!
  closeSync(descriptorOf(path))
  const taken: number[] = []
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'))
  } catch {
    // There are no more.
  }
  heartbeat.beat()
  for (const fd of taken) closeSync(fd)
  expect(existsSync(path)).toBe(false)
  await expect.poll(() => existsSync(path) && Number(firstLine())).toBeGreaterThan(2)
  heartbeat.stop()
  expect(existsSync(path)).toBe(false)
})

function descriptorOf(file: string): number {
  const { ino } = statSync(file)
  return Array.from({ length: 256 }, (_, each) => each).find((each) => inodeOf(each) === ino)!
}

function inodeOf(fd: number): number | undefined {
  try {
    return fstatSync(fd).ino
  } catch {
    return undefined
  }
}
