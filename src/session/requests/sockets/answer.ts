import type { Hearer } from './writes.ts'

const HEAD = /^HTTP\/1\.\d ([1-5]\d\d)/
/** A status line's version and status. */
const HEAD_LENGTH = 12
const SWITCHING_PROTOCOLS = 101

/** An answer as it is written to a socket: a handler may take the socket and write by hand. */
export class Answer implements Hearer {
  /** Missing until it is written. */
  status: number | undefined
  /** What has come of the status line; missing when it is known. */
  #head: string | undefined = ''
  readonly #begun: ((status: number) => void) | undefined

  /** @param begun told of the status when it is written */
  constructor(begun?: (status: number) => void) {
    this.#begun = begun
  }
  hear(chunk: unknown): void {
    if (this.#head === undefined) return
    this.#head += textOf(chunk)
    if (this.#head.length < HEAD_LENGTH) return
    const status = Number(HEAD.exec(this.#head.slice(0, HEAD_LENGTH))?.[1] ?? 0)
    // `100 Continue` and early hints come before the answer.
    const before = status > 99 && status < 200 && status !== SWITCHING_PROTOCOLS
    this.#head = before ? '' : undefined
    if (before || status === 0) return
    this.status = status
    this.#begun?.(status)
  }
}

function textOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk.slice(0, HEAD_LENGTH)
  return ArrayBuffer.isView(chunk)
    ? Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, HEAD_LENGTH)).toString('latin1')
    : ''
}
