import type { Note } from '../src/note-store.ts'

const words = 'loop turn timer queue lag task socket stream promise worker thread signal buffer event clock sample'.split(' ')

/** `count` notes of 40 words each, the same ones every time. */
export function someNotes(count: number): Note[] {
  let seed = 1
  const word = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return words[seed % words.length]
  }
  return Array.from({ length: count }, (_, index) => ({
    id: `note-${index}`,
    title: `Note ${index}`,
    body: Array.from({ length: 40 }, word).join(' ')
  }))
}
