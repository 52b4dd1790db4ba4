declare module 'bcrypt' {
  const bcrypt: {
    hash(text: string, rounds: number): Promise<string>
    hashSync(text: string, rounds: number): string
  }
  export default bcrypt
}

/** The types of the next major cover what is used of it. */
declare module 'express-4' {
  export { default } from 'express'
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

declare module 'leaky-dep' {
  import type { RequestListener, Server } from 'node:http'
  import type { Worker } from 'node:worker_threads'

  export interface Pool {
    query(text: string): Promise<{ text: string; rows: unknown[] }>
    end(): void
  }
  export function createPool(): Pool
  /** Gives the end of it. */
  export function subscribe(topic: string): () => void
  export function serve(handle: RequestListener, done?: () => void): Server
  export class Client {
    open(port: number): Promise<void>
    end(): Promise<void>
  }
  export function startWorker(): Worker
  export function upload(name: string): Promise<void>
  export function ready(): Promise<void>
  export function send(address: string): Promise<void>
}

declare module 'late-dep' {
  /** Each makes something a little later, and gives the end of it. */
  type Start = () => () => Promise<void> | undefined
  export const serve: Start
  export const poll: Start
  export const follow: Start
  export const refresh: Start
  export const discover: Start
  export const tail: Start
  export const retry: Start
}

declare module 'mutex-dep' {
  export class Mutex {
    acquire(): Promise<void>
    release(): void
  }
}

declare module 'scheduler-dep' {
  export function schedule<T>(job: () => Promise<T>): Promise<T>
  export function isRunning(): boolean
  export function write(line: string): void
  export function whenIdle(name: string): { settle(): void }
}

declare module 'prompt-dep' {
  export function isInteractive(): boolean
  export function watchEnd(ended: () => void): void
}
