import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again and again until it is stopped. */
export function poll(look: () => void, everyMs: number): () => void {
  let timer: NodeJS.Timeout
  const next = (): void => {
    look()
    timer = setTimeout(next, everyMs) // BLAME poller
  }
  next()
  return () => clearTimeout(timer)
}

/** Waits long, unless it is aborted. */
export async function retryLater(retry: () => void, signal?: AbortSignal): Promise<void> {
  await sleep(60_000, undefined, { signal }) // BLAME retry-later
  retry()
}

export function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('too late')), ms) // BLAME race-timeout
  })
  return Promise.race([work, late])
}

export async function withTimeoutMended<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
