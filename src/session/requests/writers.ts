import type { Scope } from '../scope.ts'

/** Who has written to one client's socket since its server was last seen to read. */
export interface WriterLog {
  wrote(by: Scope | undefined): void
  /** The same by a call for a whole message. From then on only these count: what is written later may be a compressor's. */
  spoke(by: Scope | undefined): void
  /** The server has read. @returns whose what it got is; `undefined` or the file where nothing tells */
  take(): Scope | undefined
  /** Whether more than one test had written. */
  isMixed(): boolean
}

const isOver = (scope: Scope | undefined): boolean => scope?.whole.endMs !== undefined

/** @param opener who has opened the connection: it is theirs until somebody writes */
export function createWriterLog(opener: Scope | undefined): WriterLog {
  let writer = opener
  let mixed = false
  let wasRead = true
  let speaks = false

  function note(by: Scope | undefined): void {
    // Libraries write in odd contexts, of a test that has ended or nobody's: that says nothing.
    if (by === undefined || isOver(by)) return
    const isFree = writer === undefined || isOver(writer) || writer.kind === 'file'
    if (by.kind === 'file' && !isFree) return
    if (wasRead || isFree) {
      writer = by
      mixed = false
    } else if (writer !== undefined && writer !== by) {
      mixed ||= writer.whole !== by.whole
      writer = writer.whole
    }
    wasRead = false
  }
  return {
    wrote: (by) => void (speaks || note(by)),
    spoke(by) {
      speaks = true
      note(by)
    },
    take() {
      wasRead = true
      return mixed || isOver(writer) ? undefined : writer
    },
    isMixed: () => mixed
  }
}
