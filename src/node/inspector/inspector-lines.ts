import type { Readable, Writable } from 'node:stream'

const LISTENING = /^Debugger listening on (ws:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+\/\S+)$/
const INSPECTORS = /^(?:Debugger (?:listening on|attached|ending on)|For help, see: https:\/\/nodejs\.org\/)/

/**
 * Keeps the inspector's lines from where a worker's standard error is shown, and passes on all others.
 * @returns the inspector's address, once it is told
 */
export function divertInspectorLines(from: Readable, to: Writable): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const shown = unpipe(from, to)
  let rest = ''
  function pass(line: string): void {
    const address = LISTENING.exec(line.trimEnd())?.[1]
    if (address !== undefined) resolve(address)
    // Somebody else's pipes, if any, are left alone.
    if (shown && line !== '' && !INSPECTORS.test(line)) to.write(line)
  }
  from.on('data', (chunk: Buffer | string) => {
    const lines = (rest + chunk.toString()).split(/(?<=\n)/)
    rest = lines.at(-1)?.endsWith('\n') === false ? lines.pop()! : ''
    for (const line of lines) pass(line)
  })
  from.on('end', () => pass(rest))
  // The end of its last pipe has paused it.
  from.resume()
  return promise
}

/** @returns whether there was a pipe */
function unpipe(from: Readable, to: Writable): boolean {
  let piped = false
  const onUnpipe = (source: Readable): void => void (piped ||= source === from)
  to.on('unpipe', onUnpipe)
  from.unpipe(to)
  to.off('unpipe', onUnpipe)
  return piped
}
