import { setTimeout as sleep } from 'node:timers/promises'

/** What was done, for those who ask. */
export const entries: string[] = []

/** Takes a little longer than most tests wait. */
export async function record(entry: string, ms = 30): Promise<string> {
  await sleep(ms)
  entries.push(entry)
  return entry
}

export async function signUp(name: string): Promise<string> {
  await Promise.resolve()
  record(`sign-up of ${name}`) // BLAME floating-service
  return name
}

export async function signUpMended(name: string): Promise<string> {
  await record(`sign-up of ${name}`)
  return name
}
