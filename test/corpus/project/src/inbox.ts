/** Messages for whoever asks first. */
export class Inbox {
  readonly #waiting: ((message: string) => void)[] = []

  async next(): Promise<string> {
    return await new Promise<string>((resolve) => void this.#waiting.push(resolve)) // BLAME stuck-inbox
  }

  put(message: string): void {
    this.#waiting.shift()?.(message)
  }
}

/** As long as there are modules, it holds on to those who wait. */
export const inbox = new Inbox()
