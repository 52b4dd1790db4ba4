declare module 'bcrypt' {
  const bcrypt: {
    hash(text: string, rounds: number): Promise<string>
    hashSync(text: string, rounds: number): string
  }
  export default bcrypt
}

declare module 'heavy-dep' {
  import type { EventEmitter } from 'node:events'
  import type { Item } from './items.ts'

  export function sortAll(items: readonly Item[]): Item[]
  export function cloneAll<T>(value: T): T
  export function loadAll(path: string): Buffer
  export function signAll(iterations: number): Buffer
  export function runTool(args: readonly string[]): Buffer
  export function isWord(text: string): boolean
  export function sumOfRoots(rounds: number): number
  export function listenAll(emitter: EventEmitter, event: string, count: number, rounds: number): void
}

declare module 'heavy-boot' {
  export const size: number
  /** Of its evaluation. */
  export const tookMs: number
}
