import { lstat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, expect, test } from 'vitest'
import { CLEAN } from '../../src/settings.ts'

let polls = 0
let started: Promise<NodeJS.Timeout>

async function poll(): Promise<NodeJS.Timeout> {
  await lstat(tmpdir())
  return setInterval(() => (polls += 1), 1000)
}

afterAll(async () => clearInterval(await started))

test('clean: starts to poll', CLEAN, () => {
  started = poll()
  expect(polls).toBe(0)
})
