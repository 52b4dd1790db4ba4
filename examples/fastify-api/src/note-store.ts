import { randomUUID } from 'node:crypto'

export interface Note {
  id: string
  title: string
  body: string
}

export class NoteStore {
  readonly #notes = new Map<string, Note>()

  constructor(notes: Iterable<Note> = []) {
    for (const note of notes) {
      this.#notes.set(note.id, note)
    }
  }

  add(title: string, body: string): Note {
    const note = { id: randomUUID(), title, body }
    this.#notes.set(note.id, note)
    return note
  }

  get(id: string): Note | undefined {
    return this.#notes.get(id)
  }

  all(): Note[] {
    return [...this.#notes.values()]
  }
}
