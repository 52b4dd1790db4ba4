import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { followHandles } from '../../../src/reporter/watchdog/worker-handles.ts'

test('a process is known from its start to its end', async () => {
  const handles = followHandles()
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const who = { pid: child.pid!, threadId: 0 }
  expect(handles.of(who)).toEqual({ kind: 'process', process: child })
  expect(handles.of({ ...who, pid: 1 })).toBe(undefined)
  child.stdin.end()
  await once(child, 'exit')
  expect(handles.of(who)).toBe(undefined)
  handles.stop()
})

test('so is a thread', async () => {
  const handles = followHandles()
  const thread = new Worker('require("node:worker_threads").parentPort.once("message", () => {})', { eval: true })
  const who = { pid: process.pid, threadId: thread.threadId }
  expect(handles.of(who)).toEqual({ kind: 'thread', thread })
  expect(handles.of({ ...who, pid: 1 })).toBe(undefined)
  await thread.terminate()
  expect(handles.of(who)).toBe(undefined)
  handles.stop()
})

test('nobody is seen who starts after the stop', async () => {
  const handles = followHandles()
  handles.stop()
  const thread = new Worker('', { eval: true })
  expect(handles.of({ pid: process.pid, threadId: thread.threadId })).toBe(undefined)
  await thread.terminate()
})
