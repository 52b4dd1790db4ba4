import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { shuffled } from '../src/items.ts'
import { CLEAN } from '../src/settings.ts'
import { note } from '../src/truth.ts'

// Marking between tasks would hide most of a collection: this is how it is where that cannot keep up.
setFlagsFromString('--no-incremental-marking')

const live = shuffled(6_000_000)

// EXPECT 31 garbage: blocking-call gc in "a collection of much that lives" at none
test('a collection of much that lives', () => {
  const pauseMs = allocateUntilPaused()
  note('garbage', pauseMs)
  expect(live).not.toHaveLength(0)
})

test('clean: few allocations', CLEAN, () => {
  expect(Array.from({ length: 10 }, () => Buffer.alloc(1000))).toHaveLength(10)
})

/** V8 counts the memory of buffers, and collects at some point: those that nobody holds may go without a long pause. */
function allocateUntilPaused(): number {
  const held: Buffer[] = []
  let longestMs = 0
  while (held.length < 100 && longestMs < 50) {
    const from = performance.now()
    held.push(Buffer.allocUnsafeSlow(2 ** 24))
    longestMs = Math.max(longestMs, performance.now() - from)
  }
  return longestMs
}
