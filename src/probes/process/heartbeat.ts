import { unlinkSync, writeSync } from '../../node/builtins.ts'
import { clearInterval, setInterval } from '../../node/clock.ts'
import { openOwned, type OwnedFile } from '../../node/owned-file.ts'

export interface HeartbeatFile {
  /** Writes down at once what has changed: the loop may not turn again. */
  beat(): void
  stop(): void
}

/**
 * Writes a line into a file as long as the loop turns: whoever watches the file sees it stop. Nothing where the file cannot
 * be made.
 * @param line what to write, ending with a line break; the number of the beat makes it another line each time, because
 * a file system may tell its times in whole seconds
 */
export function startHeartbeat(path: string, everyMs: number, line: (beats: number) => string): HeartbeatFile | undefined {
  let file: OwnedFile | undefined
  let beats = 0
  try {
    file = openOwned(path, 'w')
  } catch {
    return undefined
  }
  function write(): void {
    const text = line(++beats)
    if (file?.isOurs() !== true) file = openOwned(path, 'w')
    // The end of a longer line stays behind the line break, and is not read.
    writeSync(file.fd, text, 0)
  }
  function beat(): void {
    try {
      write()
    } catch {
      remove()
    }
  }
  /**
   * A file that says nothing new would be taken for a stuck loop's. The next beat makes it again, if it can: a process that has
   * no descriptors left may have some later.
   */
  function remove(): void {
    try {
      file?.close()
      file = undefined
      unlinkSync(path)
    } catch {
      // The run is over, and the folder gone.
    }
  }
  const timer = setInterval(beat, everyMs)
  timer.unref()
  beat()
  return {
    beat,
    stop() {
      clearInterval(timer)
      remove()
    }
  }
}
