import crypto from 'node:crypto'
import fs from 'node:fs'
import zlib from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Around, patchMethod } from '../../../src/probes/patches/patch.ts'

/** Without a frame of its own. */
const pass: Around = Reflect.apply
const ORIGINAL = Object.getOwnPropertyDescriptor(fs, 'readFileSync')!

/** Patches for the rest of the test. */
function patch(target: object, name: string, around: Around = pass): () => void {
  const undo = patchMethod(target, name, around)
  onTestFinished(undo)
  return undo
}

const ownKeys = (fn: object): unknown[] => Reflect.ownKeys(fn).toSorted((a, b) => String(a).localeCompare(String(b)))

describe('what a patched method keeps', () => {
  test.each(['readFileSync', 'realpathSync', 'cpSync'] as const)('fs.%s: name, length, own keys, descriptor', (name) => {
    const original = fs[name]
    const before = Object.getOwnPropertyDescriptor(fs, name)!
    const undo = patch(fs, name)
    const after = Object.getOwnPropertyDescriptor(fs, name)!
    expect(fs[name]).not.toBe(original)
    expect(fs[name].name).toBe(original.name)
    expect(fs[name].length).toBe(original.length)
    expect(ownKeys(fs[name])).toEqual(ownKeys(original))
    expect(typeof fs[name]).toBe('function')
    expect(Function.prototype.toString.call(fs[name])).toMatch(/^function\b[^]*\}$/)
    expect({ ...after, value: 0 }).toEqual({ ...before, value: 0 })
    expect(Object.keys(fs)).toContain(name)
    undo()
    expect(Object.getOwnPropertyDescriptor(fs, name)).toEqual(before)
    expect(fs[name]).toBe(original)
  })

  test('fs.realpathSync.native is the same function, and works', () => {
    const { native } = fs.realpathSync
    patch(fs, 'realpathSync')
    expect(fs.realpathSync.native).toBe(native)
    expect(fs.realpathSync.native('.')).toBe(native('.'))
  })

  test('the order of the keys', () => {
    const before = Object.keys(fs)
    patch(fs, 'readFileSync')
    expect(Object.keys(fs)).toEqual(before)
  })

  test('a descriptor that is not enumerable or writable', () => {
    const target = {}
    Object.defineProperty(target, 'workSync', { value: () => 1, configurable: true, enumerable: false, writable: false })
    patch(target, 'workSync')
    expect(Object.getOwnPropertyDescriptor(target, 'workSync')).toMatchObject({ configurable: true, enumerable: false, writable: false })
    expect(Object.keys(target)).toEqual([])
  })

  test.each([
    ['a property that is no function', { workSync: 1 }],
    ['a getter', Object.defineProperty({}, 'workSync', { get: () => () => 1, configurable: true })],
    ['one that cannot be configured', Object.freeze({ workSync: () => 1 })],
    ['none at all', {}]
  ])('%s is left alone', (_name, target) => {
    const before = Object.getOwnPropertyDescriptor(target, 'workSync')
    const undo = patchMethod(target, 'workSync', pass)
    expect(Object.getOwnPropertyDescriptor(target, 'workSync')).toEqual(before)
    undo()
    expect(Object.getOwnPropertyDescriptor(target, 'workSync')).toEqual(before)
  })
})

test('this, arguments and result are passed on', () => {
  const seen: unknown[] = []
  const result = {}
  const target = {
    workSync(this: unknown, ...args: unknown[]) {
      seen.push(this, args)
      return result
    }
  }
  const undo = patch(target, 'workSync')
  const other = { workSync: target.workSync }
  expect(target.workSync(1, 'two')).toBe(result)
  expect(other.workSync()).toBe(result)
  expect(Reflect.apply(target.workSync, undefined, [undefined])).toBe(result)
  expect(seen).toEqual([target, [1, 'two'], other, [], undefined, [undefined]])
  undo()
  expect(target.workSync(3)).toBe(result)
})

describe('errors', () => {
  const BAD: [string, object, string, () => unknown][] = [
    ['no such file', fs, 'readFileSync', () => fs.readFileSync('/no/such/file')],
    ['a path of a wrong type', fs, 'readFileSync', () => fs.readFileSync({} as never)],
    ['an unknown encoding', fs, 'readFileSync', () => fs.readFileSync('.', 'no-such' as never)],
    ['a directory that is none', fs, 'readdirSync', () => fs.readdirSync('/no/such/folder')],
    ['not gzip', zlib, 'gunzipSync', () => zlib.gunzipSync(Buffer.from('no'))],
    ['too few iterations', crypto, 'pbkdf2Sync', () => crypto.pbkdf2Sync('a', 'b', 0, 8, 'sha1')],
    ['an unknown digest', crypto, 'pbkdf2Sync', () => crypto.pbkdf2Sync('a', 'b', 1, 8, 'no-such')]
  ]

  test.each(BAD)('%s: the same as without the patch', (_name, target, name, call) => {
    const errors: (Error & { code?: string })[] = []
    // In a loop, so that both come from the same line.
    for (const undo of [() => {}, patch(target, name)]) {
      if (errors.length === 0) undoAndCall(target, name, call, errors)
      else errors.push(caught(call))
      undo()
    }
    const [plain, patched] = errors as [Error & { code?: string }, Error & { code?: string }]
    expect(Object.getPrototypeOf(patched)).toBe(Object.getPrototypeOf(plain))
    expect(patched.constructor).toBe(plain.constructor)
    expect([patched.name, patched.code, patched.message]).toEqual([plain.name, plain.code, plain.message])
    expect(Object.keys(patched)).toEqual(Object.keys(plain))
    expect({ ...patched }).toEqual({ ...plain })
    expect(framesOf(patched)).toEqual(framesOf(plain))
    expect(patched.stack).not.toContain('/src/probes/')
  })

  test("the stack starts with Node's own frames, then the caller's", () => {
    patch(fs, 'readFileSync')
    const [, first, ...rest] = caught(() => fs.readFileSync('/no/such/file')).stack!.split('\n')
    expect(first).toContain('node:fs')
    expect(rest.find((line) => !line.includes('node:'))).toContain('patch.test.ts')
  })

  test('the stack stays an own accessor that is not enumerable, and can be set', () => {
    patch(fs, 'readFileSync')
    const error = caught(() => fs.readFileSync('/no/such/file'))
    const plain = Object.getOwnPropertyDescriptor(new Error('plain'), 'stack')!
    const stack = Object.getOwnPropertyDescriptor(error, 'stack')!
    expect({ ...stack, get: typeof stack.get, set: typeof stack.set }).toEqual({ ...plain, get: typeof plain.get, set: typeof plain.set })
    error.stack = 'mine'
    expect(error.stack).toBe('mine')
  })

  test('a stack that the program formats itself is its own', () => {
    patch(fs, 'readFileSync')
    const { prepareStackTrace } = Error
    Error.prepareStackTrace = (_error, sites) => sites.length
    try {
      expect(typeof caught(() => fs.readFileSync('/no/such/file')).stack).toBe('number')
    } finally {
      Error.prepareStackTrace = prepareStackTrace
    }
  })

  test.each([
    ['a string', 'thrown'],
    ['nothing', undefined],
    ['null', null],
    ['a frozen error', Object.freeze(new Error('frozen'))],
    ['a symbol', Symbol('s')]
  ])('what is thrown is passed on as it is: %s', (_name, thrown) => {
    const target = {
      workSync() {
        throw thrown
      }
    }
    patch(target, 'workSync')
    expect(caught(() => target.workSync())).toBe(thrown)
  })

  test('an error that was thrown twice through a patch still reads', () => {
    const error = new Error('once')
    const target = {
      workSync() {
        throw error
      }
    }
    patch(target, 'workSync')
    expect(caught(() => target.workSync())).toBe(error)
    expect(caught(() => target.workSync())).toBe(error)
    expect(error.stack).toMatch(/^Error: once\n\s+at /)
  })
})

describe('undo', () => {
  test('twice does no harm', () => {
    const undo = patch(fs, 'readFileSync')
    undo()
    undo()
    expect(Object.getOwnPropertyDescriptor(fs, 'readFileSync')).toEqual(ORIGINAL)
  })

  test('ours over ours, in either order', () => {
    for (const order of [
      [0, 1],
      [1, 0]
    ] as const) {
      const calls = [0, 0]
      const counting =
        (index: 0 | 1): Around =>
        (original, self, args) => {
          calls[index]!++
          return Reflect.apply(original, self, args)
        }
      const undos = [patch(fs, 'existsSync', counting(0)), patch(fs, 'existsSync', counting(1))]
      expect(fs.existsSync('.')).toBe(true)
      expect(calls).toEqual([1, 1])
      undos[order[0]]!()
      expect(fs.existsSync('.')).toBe(true)
      // The one that was undone sees no more.
      expect(calls[order[0]]).toBe(1)
      undos[order[1]]!()
      expect(fs.existsSync('.')).toBe(true)
      expect(calls[order[1]]).toBe(2)
      expect(calls[order[0]]).toBe(1)
    }
  })

  test('theirs over ours: ours is undone first, and theirs stays', () => {
    const { existsSync } = fs
    const calls = { ours: 0, theirs: 0 }
    const undo = patch(fs, 'existsSync', countOurs(calls))
    const before = fs.existsSync
    const theirs = wrapTheirs(before, calls)
    fs.existsSync = theirs
    onTestFinished(() => void (fs.existsSync = existsSync))
    fs.existsSync('.')
    expect(calls).toEqual({ ours: 1, theirs: 1 })
    undo()
    expect(fs.existsSync).toBe(theirs)
    expect(fs.existsSync('.')).toBe(true)
    expect(calls).toEqual({ ours: 1, theirs: 2 })
    // They put back what they found, which was ours: it does nothing any more.
    fs.existsSync = before
    expect(fs.existsSync('.')).toBe(true)
    expect(calls).toEqual({ ours: 1, theirs: 2 })
  })

  test('theirs over ours: theirs is undone first', () => {
    const { existsSync } = fs
    const calls = { ours: 0, theirs: 0 }
    const undo = patch(fs, 'existsSync', countOurs(calls))
    const before = fs.existsSync
    fs.existsSync = wrapTheirs(before, calls)
    fs.existsSync = before
    fs.existsSync('.')
    expect(calls).toEqual({ ours: 1, theirs: 0 })
    undo()
    expect(fs.existsSync).toBe(existsSync)
  })

  test('ours over theirs: ours is undone first', () => {
    const { existsSync } = fs
    const calls = { ours: 0, theirs: 0 }
    const theirs = wrapTheirs(existsSync, calls)
    fs.existsSync = theirs
    onTestFinished(() => void (fs.existsSync = existsSync))
    const undo = patch(fs, 'existsSync', countOurs(calls))
    fs.existsSync('.')
    expect(calls).toEqual({ ours: 1, theirs: 1 })
    undo()
    expect(fs.existsSync).toBe(theirs)
  })

  test('ours over theirs: theirs is undone first, and ours does not bring it back', () => {
    const { existsSync } = fs
    const calls = { ours: 0, theirs: 0 }
    fs.existsSync = wrapTheirs(existsSync, calls)
    onTestFinished(() => void (fs.existsSync = existsSync))
    const undo = patch(fs, 'existsSync', countOurs(calls))
    fs.existsSync = existsSync
    undo()
    expect(fs.existsSync).toBe(existsSync)
    fs.existsSync('.')
    expect(calls).toEqual({ ours: 0, theirs: 0 })
  })
})

interface Counts {
  ours: number
  theirs: number
}

const countOurs =
  (calls: Counts): Around =>
  (original, self, args) => {
    calls.ours++
    return Reflect.apply(original, self, args)
  }

const wrapTheirs =
  (original: typeof fs.existsSync, calls: Counts): typeof fs.existsSync =>
  (path) => {
    calls.theirs++
    return original(path)
  }

/** The first of two calls: without the patch, which is put back. */
function undoAndCall(target: object, name: string, call: () => unknown, errors: Error[]): void {
  const patched = Object.getOwnPropertyDescriptor(target, name)!
  Object.defineProperty(target, name, { ...patched, value: UNPATCHED.get(target)?.[name] })
  errors.push(caught(call))
  Object.defineProperty(target, name, patched)
}

const UNPATCHED = new Map<object, Record<string, unknown>>([fs, zlib, crypto].map((target) => [target, { ...target }]))

function caught(call: () => unknown): Error & { code?: string } {
  try {
    call()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** Down to the line that called. */
function framesOf({ stack = '' }: Error): string[] {
  const lines = stack.split('\n')
  const down = lines.slice(0, lines.findIndex((line) => line.includes('patch.test.ts')) + 1)
  // A proxy is called by no name.
  return down.map((line) => line.replace(/ \[as \w+\]/, ''))
}
