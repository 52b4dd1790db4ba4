import { closeSync, fstatSync, openSync } from './builtins.ts'

/** An open file of ours. Tests that make daemons close every descriptor, and what is opened next gets its number. */
export interface OwnedFile {
  readonly fd: number
  /** Whether the descriptor still stands for our file. To be asked before each use: it may have become somebody else's. */
  isOurs(): boolean
  /** Closes the descriptor if it is still ours. */
  close(): void
}

/** @throws where the file cannot be opened: it is missing, or the process has no descriptors left */
export function openOwned(path: string, flags: 'w' | 'r+' | 'r'): OwnedFile {
  const fd = openAboveStandard(path, flags)
  // Whole numbers of 64 bits: two inodes of a large file system may be the same number otherwise.
  const { ino, dev } = fstatSync(fd, { bigint: true })
  function isOurs(): boolean {
    try {
      const now = fstatSync(fd, { bigint: true })
      return now.ino === ino && now.dev === dev
    } catch {
      return false
    }
  }
  return {
    fd,
    isOurs,
    close() {
      if (isOurs()) closeSync(fd)
    }
  }
}

const LAST_STANDARD = 2

/** Who has closed the standard streams opens others in their place: the system gives the lowest number that is free. */
function openAboveStandard(path: string, flags: string): number {
  const fd = openSync(path, flags)
  if (fd > LAST_STANDARD) return fd
  try {
    return openAboveStandard(path, flags)
  } finally {
    closeSync(fd)
  }
}
