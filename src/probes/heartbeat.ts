import { closeSync, fstatSync, openSync, unlinkSync, writeSync } from './builtins.ts'
import { clearInterval, setInterval } from './clock.ts'

export interface HeartbeatFile {
  /** Writes down at once what has changed: the loop may not turn again. */
  beat(): void
  stop(): void
}

/**
 * Writes a line into a file as long as the loop turns: whoever watches the file sees it stop. Nothing where the file cannot
 * be made.
 * @param line what to write, ending with a line break
 */
export function startHeartbeat(path: string, everyMs: number, line: () => string): HeartbeatFile | undefined {
  let file: { fd: number; inode: number }
  try {
    file = open(path, 'w')
  } catch {
    return undefined
  }
  function beat(): void {
    try {
      // The end of a longer line stays behind the line break, and is not read.
      writeSync(file.fd, Buffer.from(line()), 0, undefined, 0)
    } catch {
      stop()
    }
  }
  function check(): void {
    try {
      // Tests that make daemons close all descriptors, and then this one may be the user's.
      if (fstatSync(file.fd).ino !== file.inode) file = open(path, 'r+')
      beat()
    } catch {
      stop()
    }
  }
  /** A file that says nothing new would be taken for a stuck loop's. */
  function stop(): void {
    clearInterval(timer)
    try {
      unlinkSync(path)
      if (fstatSync(file.fd).ino === file.inode) closeSync(file.fd)
    } catch {
      // The run is over, and the folder gone.
    }
  }
  const timer = setInterval(check, everyMs)
  timer.unref()
  beat()
  return { beat, stop }
}

function open(path: string, flags: 'w' | 'r+'): { fd: number; inode: number } {
  const fd = openSync(path, flags)
  return { fd, inode: fstatSync(fd).ino }
}
