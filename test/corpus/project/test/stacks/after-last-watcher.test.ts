import { follow } from 'late-dep'
import { expect, test } from 'vitest'

// EXPECT 75 after-last-watcher: leaked-resource in "starts to watch" through "late-dep"
test('starts to watch', () => {
  expect(follow()).toBeTypeOf('function') // BLAME after-last-watcher
})
