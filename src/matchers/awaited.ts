import { AsyncProfilerError } from '../errors.ts'

/** What is used of Vitest's task: it fails for what these throw, as it does for its own `resolves` and `rejects`. */
interface RunningTask {
  onFinished?: (() => void)[]
}

/** What is used of the `this` that `expect` gives its matchers. */
export interface AskedBy {
  /** Whether `expect.soft` asks. */
  soft?: boolean
  /** Missing outside of tests, in `beforeAll` for instance. */
  task?: RunningTask
}

/**
 * A verdict that comes later than the call: its test fails where nobody waits for it. It would have passed before, and the
 * verdict would have been nobody's unhandled rejection.
 * @returns what `expect` calls `then` of; the test gets what that returns
 */
export function mustBeAwaited<Result>({ task, soft = false }: AskedBy, matcher: string, verdict: Promise<Result>): PromiseLike<Result> {
  if (task === undefined) return verdict
  const error = new AsyncProfilerError(
    'ERR_NOT_AWAITED',
    `${matcher}() was not awaited: it runs the function that it is given, and judges it later. Write await expect(…).${matcher}(…)`
  )
  let awaited = false
  const used = (): void => void (awaited = true)
  task.onFinished ??= []
  task.onFinished.push(() => {
    if (!awaited) throw error
  })
  const give = <T>(promise: Promise<T>): Promise<T> => new Watched(promise.catch(calledFrom(error)), used)
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- Vitest calls it instead of a promise's, and so the test gets what is given here.
    then: (...handlers) => {
      const judged = verdict.then(...handlers)
      // `expect.soft` adds a handler of its own, and gives the test what comes of that.
      if (!soft) return give(judged)
      // oxlint-disable-next-line unicorn/no-thenable -- as above
      return { then: (...softly: Parameters<typeof judged.then>) => give(judged.catch(calledFrom(error)).then(...softly)) }
    }
  } as PromiseLike<Result>
}

/** V8 follows an error to who awaits its promise only where that is no subclass: the matcher's line is put there by hand. */
function calledFrom({ stack: of = '' }: Error): (error: unknown) => never {
  return (error) => {
    const { stack } = (error ?? {}) as { stack?: unknown }
    const frames = of
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n')
    if (typeof stack === 'string' && !stack.includes(frames)) Reflect.set(error as object, 'stack', `${stack}\n${frames}`)
    throw error
  }
}

/** Tells when somebody waits for it. `await` asks a subclass for its `then`, and no other promise. */
class Watched<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }
  readonly #used: () => void

  constructor(promise: Promise<T>, used: () => void) {
    super((resolve, reject) => void promise.then(resolve, reject))
    this.#used = used
    // Where nobody waits, it is that which fails the test.
    super.then(undefined, () => {})
  }
  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<Fulfilled = T, Rejected = never>(
    onFulfilled?: ((value: T) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null
  ): Promise<Fulfilled | Rejected> {
    this.#used()
    return super.then(onFulfilled, onRejected)
  }
}
