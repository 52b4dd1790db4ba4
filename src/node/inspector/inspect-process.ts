import type { ChildProcess } from 'node:child_process'
import type { Writable } from 'node:stream'
import { type Inspected, inspectOver } from './inspected.ts'
import { divertInspectorLines } from './inspector-lines.ts'

/**
 * Opens the inspector of a process from outside, by a signal that Node takes on a thread of its own: its main thread may
 * spin. The port is on the loopback interface, and is gone with the process.
 * @param stderr where the process's own standard error is shown
 * @throws where its Node has none, or is told not to open it
 */
export async function inspectProcess(child: ChildProcess, stderr: Writable): Promise<Inspected> {
  if (child.stderr === null) throw new Error('its standard error, where the inspector says its address, is not piped')
  // It would end by the signal, with nothing learnt.
  if ([process.env.NODE_OPTIONS, ...child.spawnargs].some((flags) => flags?.includes('--disable-sigusr1')))
    throw new Error('it takes no signal')
  const address = divertInspectorLines(child.stderr, stderr)
  const { _debugProcess } = process as unknown as { _debugProcess(pid: number): void }
  _debugProcess(child.pid!)
  const socket = new WebSocket(await address)
  const { inspected, receive } = inspectOver({ send: (text) => socket.send(text), close: () => socket.close() })
  socket.addEventListener('message', ({ data }) => receive(String(data)))
  // It is killed while it is connected.
  socket.addEventListener('error', () => {})
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  return inspected
}
