/** A thread under the inspector. */
export interface Inspected {
  /** @returns the result; nothing where the thread does not answer */
  call(method: string, params?: object): Promise<unknown>
  /** The next time that the thread is stopped. */
  paused(): Promise<void>
  /** Lets the thread run on, without an inspector. */
  release(): Promise<void>
}

interface Message {
  id?: number
  method?: string
  result?: unknown
}

export interface Wire {
  send(text: string): void
  close(): void | Promise<void>
}

/** Speaks the inspector's protocol over a wire. @returns with what takes the wire's messages */
export function inspectOver(wire: Wire): { inspected: Inspected; receive(text: string): void } {
  const answers = new Map<number, (result: unknown) => void>()
  let onPaused = (): void => {}
  let id = 0
  let last: Promise<unknown> = Promise.resolve()
  function send(method: string, params: object): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    answers.set(++id, resolve)
    wire.send(JSON.stringify({ id, method, params }))
    return promise
  }
  // One after the other: a step that is asked for while an expression runs ends the process ("CheckExecutionState").
  function call(method: string, params: object = {}): Promise<unknown> {
    last = last.then(() => send(method, params))
    return last
  }
  return {
    inspected: {
      call,
      paused: () => new Promise((resolve) => (onPaused = resolve)),
      async release() {
        void call('Debugger.disable')
        await wire.close()
      }
    },
    receive(text) {
      const { id: answered, method, result } = JSON.parse(text) as Message
      if (method === 'Debugger.paused') onPaused()
      if (answered === undefined) return
      answers.get(answered)?.(result)
      answers.delete(answered)
    }
  }
}
