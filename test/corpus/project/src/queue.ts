import { Mutex } from 'mutex-dep'

type Job = () => Promise<void>

export class Queue {
  readonly #mutex = new Mutex()

  /** A job that fails keeps the mutex. */
  async run(job: Job): Promise<void> {
    await this.#mutex.acquire() // BLAME stuck-mutex
    await job()
    this.#mutex.release()
  }

  async runMended(job: Job): Promise<void> {
    await this.#mutex.acquire()
    try {
      await job()
    } finally {
      this.#mutex.release()
    }
  }
}
