import { type Around, patchMethod } from './patch.ts'

/**
 * Puts `around` in place of a method that a class inherits, for this class alone: it gets a method of its own, which is no more
 * enumerable than the inherited one.
 * @returns the undo; where somebody else has replaced the method since, it is theirs and stays
 */
export function patchInherited(prototype: object, name: string, around: Around): () => void {
  if (Object.hasOwn(prototype, name)) return patchMethod(prototype, name, around)
  const inherited = (prototype as Record<string, unknown>)[name]
  if (typeof inherited !== 'function') return () => {}
  Object.defineProperty(prototype, name, { value: inherited, writable: true, configurable: true, enumerable: false })
  const undo = patchMethod(prototype, name, around)
  return () => {
    undo()
    if ((prototype as Record<string, unknown>)[name] === inherited) Reflect.deleteProperty(prototype, name)
  }
}
