import type { Scope } from '../../scope/scope.ts'
import type { Hearer } from './writes.ts'

const isOver = (scope: Scope | undefined): boolean => scope?.whole.endMs !== undefined

/** Who has written to one client's socket since its server was last seen to read. */
export class WriterLog implements Hearer {
  #writer: Scope | undefined
  #mixed = false
  #wasRead = true
  #speaks = false
  readonly #scopeNow: () => Scope | undefined

  /** @param scopeNow whose code runs; who has opened the connection, when it is made: it is theirs until somebody writes */
  constructor(scopeNow: () => Scope | undefined) {
    this.#scopeNow = scopeNow
    this.#writer = scopeNow()
  }
  hear(): void {
    if (!this.#speaks) this.#note(this.#scopeNow())
  }
  /** A call for a whole message was made. From then on only these count: what is written later may be a compressor's. */
  speak(): void {
    this.#speaks = true
    this.#note(this.#scopeNow())
  }
  /** The server has read. @returns whose what it got is; `undefined` or the file where nothing tells */
  take(): Scope | undefined {
    this.#wasRead = true
    return this.#mixed || isOver(this.#writer) ? undefined : this.#writer
  }
  /** Whether more than one test had written. */
  get isMixed(): boolean {
    return this.#mixed
  }
  #note(by: Scope | undefined): void {
    // Libraries write in odd contexts, of a test that has ended or nobody's: that says nothing.
    if (by === undefined || isOver(by)) return
    const writer = this.#writer
    const isFree = writer === undefined || isOver(writer) || writer.kind === 'file'
    if (by.kind === 'file' && !isFree) return
    if (this.#wasRead || isFree) {
      this.#writer = by
      this.#mixed = false
    } else if (writer !== by) {
      this.#mixed ||= writer.whole !== by.whole
      this.#writer = writer.whole
    }
    this.#wasRead = false
  }
}
