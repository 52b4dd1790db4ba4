import type { Writes } from './writes.ts'

/** Answers as they are written to a socket: a handler may take the socket and write by hand. */
export interface Answers {
  /** The next answer on this socket is that of a new request. @param begun told of its status */
  expect(socket: object, begun?: (status: number) => void): void
  /** Of the answer that was begun on it. */
  status(socket: object): number | undefined
}

const HEAD = /^HTTP\/1\.\d ([1-5]\d\d)/
/** A status line's version and status. */
const HEAD_LENGTH = 12
const SWITCHING_PROTOCOLS = 101

export function watchAnswers(writes: Writes): Answers {
  const statuses = new WeakMap<object, number>()
  return {
    status: (socket) => statuses.get(socket),
    expect(socket, begun) {
      let head: string | undefined = ''
      statuses.delete(socket)
      writes.hear(socket, (chunk) => {
        if (head === undefined) return
        head += textOf(chunk)
        if (head.length < HEAD_LENGTH) return
        const status = Number(HEAD.exec(head.slice(0, HEAD_LENGTH))?.[1] ?? 0)
        // `100 Continue` and early hints come before the answer.
        const before = status > 99 && status < 200 && status !== SWITCHING_PROTOCOLS
        head = before ? '' : undefined
        if (before || status === 0) return
        statuses.set(socket, status)
        begun?.(status)
      })
    }
  }
}

function textOf(chunk: unknown): string {
  if (typeof chunk === 'string') return chunk.slice(0, HEAD_LENGTH)
  return ArrayBuffer.isView(chunk) ? Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, HEAD_LENGTH)).toString('latin1') : ''
}
