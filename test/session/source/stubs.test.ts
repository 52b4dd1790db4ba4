import { describe, expect, test } from 'vitest'
import type { StackFrame } from '../../../src/model/code.ts'
import { makesStub } from '../../../src/session/source/stubs.ts'
import { sampleScript } from './sample-scripts.ts'

const URL = '/project/src/wait.js'

/** Whether the `new Promise` in a line, at its `@`, is one that nobody can settle. */
function isStub(text: string, before: readonly string[] = []): boolean {
  const lines = [...before, ...text.replace('@', '').split('\n')]
  const frame: StackFrame = {
    url: URL,
    line: before.length + 1,
    column: text.indexOf('@') + 1,
    functionName: '',
    awaits: false,
    constructs: true
  }
  return makesStub({ script: () => sampleScript(lines) }, frame)
}

describe('a promise that is meant to hang', () => {
  test.each([
    'await @new Promise(() => {})',
    'const never = @new Promise(() => undefined)',
    'return @new Promise(function () {}).finally(stop)',
    'await Promise.race([@new Promise(() => {}), work()])',
    'const wait = () => @new Promise(async () => { await other() })',
    '@new Promise(\n  () => {\n    // Nothing.\n  }\n) ?? later'
  ])('%s', (text) => expect(isStub(text)).toBe(true))

  test('below other lines', () => expect(isStub('await @new Promise(() => {})', ['const text = `', '` + "("'])).toBe(true))
})

describe('one that somebody may settle', () => {
  test.each([
    'await @new Promise((resolve) => {})',
    'await @new Promise((_resolve) => {})',
    'await @new Promise((...settle) => {})',
    'await @new Promise(function () { keep(arguments[0]) })',
    'await @new Promise(executor)',
    'await @new Deferred((resolve) => () => {})',
    // No JavaScript yet.
    'await @new Promise(() => { a @@ b })'
  ])('%s', (text) => expect(isStub(text)).toBe(false))
})
