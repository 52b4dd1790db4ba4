/** One at a time, in the order of asking. */
export class Mutex {
  #held = false
  #waiting = []

  acquire() {
    if (this.#held) return new Promise((resolve) => void this.#waiting.push(resolve))
    this.#held = true
    return Promise.resolve()
  }

  release() {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#held = false
  }
}
