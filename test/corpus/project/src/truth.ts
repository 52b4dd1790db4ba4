import { appendFileSync } from 'node:fs'
import { afterAll } from 'vitest'
import { cpuMs } from './clock.ts'

// Taken at load: fake timers replace it.
const now = process.hrtime.bigint

const took: string[] = []

export interface Begin {
  at: bigint
  cpuMs: number
}

/** Before the work that is to blame. */
export const start = (): Begin => ({ cpuMs: cpuMs(), at: now() })

/** After it: how long it really took, and for how much of that this thread was off the CPU. */
export function stop(key: string, from: Begin): void {
  const ms = Number(now() - from.at) / 1e6
  note(key, ms, ms - (cpuMs() - from.cpuMs))
}

export function note(key: string, ms: number, offCpuMs = 0): void {
  took.push(JSON.stringify({ key, ms, offCpuMs }))
}

afterAll(() => {
  if (took.length > 0) appendFileSync('truth.jsonl', `${took.join('\n')}\n`)
})
