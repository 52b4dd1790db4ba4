import { setTimeout as sleep } from 'node:timers/promises'

/** A body that comes in three packets. */
export function inPieces(): ReadableStream<Uint8Array> {
  const pieces = ['{"name":', '"Ada"', '}'].map((text) => new TextEncoder().encode(text))
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) return controller.close()
      await sleep(15)
      controller.enqueue(piece)
    },
  })
}
