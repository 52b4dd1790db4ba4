import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { descendantsOf, lookAtThread } from '../../src/node/proc.ts'

const OWN = `/proc/${process.pid}/task/${process.pid}`

test('nothing of a thread that is not there, and where there is no /proc', () => {
  expect(lookAtThread(undefined)).toBe(undefined)
  expect(lookAtThread('/proc/0/task/0')).toBe(undefined)
  expect(descendantsOf(undefined)).toEqual([])
  expect(descendantsOf('/proc/0/task/0')).toEqual([])
})

test.runIf(process.platform === 'linux')('a thread that runs', () => {
  const before = lookAtThread(OWN)!
  const until = performance.now() + 50
  while (performance.now() < until);
  const now = lookAtThread(OWN)!
  expect(now).toMatchObject({ stopped: false, runnable: true })
  expect(now.runMs + now.waitMs - before.runMs - before.waitMs).toBeGreaterThan(20)
})

test.runIf(process.platform === 'linux')('a process that is stopped, whatever its name, and those that it started', async () => {
  const shell = spawn('sh', ['-c', 'sleep 60 & wait'], { stdio: 'ignore' })
  onTestFinished(() => void shell.kill('SIGKILL'))
  await expect.poll(() => descendantsOf(OWN).map(({ program }) => program)).toEqual(['sh', 'sleep'])
  const [, sleeping] = descendantsOf(OWN)
  onTestFinished(() => void process.kill(sleeping!.pid, 'SIGKILL'))
  const proc = `/proc/${sleeping!.pid}/task/${sleeping!.pid}`
  // Its command is there before it has started up, and until it sleeps it runs.
  await expect.poll(() => lookAtThread(proc)).toMatchObject({ stopped: false, runnable: false })
  process.kill(sleeping!.pid, 'SIGSTOP')
  await sleep(20)
  expect(lookAtThread(proc)).toMatchObject({ stopped: true, runnable: false })
})
