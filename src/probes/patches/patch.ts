import { withoutOurFrames } from '../../our-files.ts'

type Method = (...args: unknown[]) => unknown
/** Does what the original would: with the same `this` and arguments, and its result and errors passed on. */
export type Around = (original: Method, self: unknown, args: unknown[]) => unknown

/**
 * Puts `around` in place of a method. A proxy keeps its name, length and own keys, and the property its descriptor.
 * @returns the undo; where somebody else has replaced the method since, it is theirs and stays
 */
export function patchMethod(target: object, name: string, around: Around): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)
  if (typeof descriptor?.value !== 'function' || descriptor.configurable !== true) return () => {}
  let undone = false
  const patched: Method = new Proxy(descriptor.value as Method, {
    apply(original, self, args: unknown[]) {
      // Somebody who wrapped ours calls it for ever, or puts it back.
      if (undone) return Reflect.apply(original, self, args)
      try {
        return around(original, self, args)
      } catch (error) {
        hideOurFrame(error)
        throw error
      }
    }
  })
  Object.defineProperty(target, name, { ...descriptor, value: patched })
  return () => {
    undone = true
    // By the descriptor: theirs may be a getter, which counts its calls.
    if (Object.getOwnPropertyDescriptor(target, name)?.value === patched) Reflect.defineProperty(target, name, descriptor)
  }
}

/**
 * Ours would be the first frame below Node's own, and shown as the code that failed. V8 formats a stack when it is first
 * read (100 µs under Vitest, which maps it), and keeps it behind an accessor: so it is mended only then, too.
 */
export function hideOurFrame(error: unknown): void {
  if (typeof error !== 'object' || error === null) return
  const stack = Object.getOwnPropertyDescriptor(error, 'stack')
  const { get } = stack ?? {}
  if (get === undefined || stack?.configurable !== true) return
  Object.defineProperty(error, 'stack', {
    ...stack,
    get(this: object): unknown {
      const text: unknown = get.call(this)
      return typeof text === 'string' ? withoutOurFrames(text) : text
    }
  })
}
