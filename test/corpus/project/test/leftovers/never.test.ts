import { EventEmitter, once } from 'node:events'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { ready } from 'leaky-dep'
import { isInteractive, watchEnd } from 'prompt-dep'
import { isRunning, schedule, whenIdle, write } from 'scheduler-dep'
import { afterAll, describe, expect, test } from 'vitest'
import { ask } from '../../src/questions.ts'
import { CLEAN } from '../../src/settings.ts'

const answers: string[] = []

/** It is raced against, and is there as long as its module. */
const forever = new Promise<never>(() => {})

describe('promises that nobody can settle', () => {
  afterAll(() => sleep(60))

  // EXPECT 48 never: never-settles in "promises that nobody can settle > awaited in the background"
  test('awaited in the background', async () => {
    const wait = async (): Promise<void> => {
      await new Promise<void>((_resolve) => {}) // BLAME never
      answers.push('never')
    }
    void wait()
    await setImmediate()
  })

  // EXPECT 48 never-callback: never-settles in "promises that nobody can settle > of a lost callback"
  test('of a lost callback', async () => {
    void ask('Answer me!').then((answer) => answers.push(answer))
    await setImmediate()
  })

  // EXPECT 48 never-event: never-settles in "promises that nobody can settle > of an event of a lost emitter"
  test('of an event of a lost emitter', async () => {
    void once(new EventEmitter(), 'ready').then(() => answers.push('ready')) // BLAME never-event
    await setImmediate()
  })

  // EXPECT 48 never-dependency: never-settles in "promises that nobody can settle > of a dependency" dep
  test('of a dependency', async () => {
    const wait = async (): Promise<void> => {
      await ready() // BLAME never-dependency
      answers.push('ready')
    }
    void wait()
    await setImmediate()
  })

  // EXPECT 48 never-timer: never-settles in "promises that nobody can settle > of a timer that fires when the test is over"
  test('of a timer that fires when the test is over', () => {
    const wait = async (): Promise<void> => {
      await new Promise<void>((resolve) => void setTimeout((isRefused: boolean) => isRefused || resolve(), 20, true)) // BLAME never-timer
      answers.push('never')
    }
    void wait()
  })

  // EXPECT 48 never-late-callback: never-settles in "promises that nobody can settle > of a callback that comes when the test is over"
  test('of a callback that comes when the test is over', () => {
    const answerLater = (done: (answer?: string) => void): void => void setTimeout(() => setTimeout(done, 5), 10)
    const wait = async (): Promise<void> => {
      await new Promise<string>((resolve) => answerLater((answer) => answer === undefined || resolve(answer))) // BLAME never-late-callback
      answers.push('never')
    }
    void wait()
  })
})

describe('promises that are meant to hang', () => {
  test('clean: awaited in the background', CLEAN, async () => {
    const wait = async (): Promise<void> => {
      await new Promise<void>(() => {})
      answers.push('never')
    }
    void wait()
    await setImmediate()
  })

  test('clean: passed on by a function of the test', CLEAN, async () => {
    const pending = (): Promise<string> => new Promise<string>(function () {})
    void pending().then((answer) => answers.push(answer))
    await setImmediate()
  })
})

describe('promises that somebody settles', () => {
  test('clean: awaited in the background', CLEAN, async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const wait = async (): Promise<string> => {
      await promise
      return 'settled'
    }
    const waiting = wait()
    resolve()
    expect(await waiting).toBe('settled')
  })

  test('clean: of a callback', CLEAN, async () => {
    expect(await ask('Are you there?')).toContain('no idea')
  })

  test('clean: of an event', CLEAN, async () => {
    const emitter = new EventEmitter()
    const started = once(emitter, 'ready')
    emitter.emit('ready', 'now')
    expect(await started).toEqual(['now'])
  })

  test('clean: of a dependency that is not waited for alone', CLEAN, async () => {
    expect(await Promise.race([ready(), setImmediate('in time')])).toBe('in time')
  })

  test('clean: raced against one that never comes', CLEAN, async () => {
    expect(await Promise.race([forever, setImmediate('in time')])).toBe('in time')
  })

  test('clean: raced against an abort that never comes', CLEAN, async () => {
    const { signal } = new AbortController()
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
    })
    expect(await Promise.race([aborted, setImmediate('in time')])).toBe('in time')
  })

  test('clean: by a generator that is left early', CLEAN, async () => {
    for await (const answer of answersTo(['Are you there?', 'Answer me!'])) {
      expect(answer).toContain('no idea')
      break
    }
  })
})

async function* answersTo(questions: readonly string[]): AsyncGenerator<string> {
  for (const question of questions) yield await ask(question)
}

describe('what libraries keep for later', () => {
  test('clean: a loop that waits for more jobs', CLEAN, async () => {
    expect(await schedule(async () => 'done')).toBe('done')
    expect(isRunning()).toBe(true)
  })

  test('clean: a loop that another test has started', CLEAN, async () => {
    expect(await schedule(async () => 'done, too')).toBe('done, too')
  })

  test('clean: what is written a little later', CLEAN, () => {
    write('first line')
    write('second line')
  })

  test('clean: a promise that may be settled some day', CLEAN, () => {
    expect(whenIdle('page')).toHaveProperty('settle')
  })

  test('clean: the standard input', CLEAN, () => {
    expect(isInteractive()).toBe(false)
    watchEnd(() => {})
  })
})
