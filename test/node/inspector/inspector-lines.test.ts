import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { divertInspectorLines } from '../../../src/node/inspector/inspector-lines.ts'

function pipes(piped: boolean): { from: PassThrough; to: PassThrough; shown(): string } {
  const from = new PassThrough()
  const to = new PassThrough()
  if (piped) from.pipe(to)
  return { from, to, shown: () => (to.read() as Buffer | null)?.toString() ?? '' }
}

const ADDRESS = 'ws://127.0.0.1:40321/9c3f-11'

test('learns the address, shows all other lines, in whatever pieces they come', async () => {
  const { from, to, shown } = pipes(true)
  from.write('before\n')
  await setImmediate()
  const address = divertInspectorLines(from, to)
  for (const piece of [
    `Debugger list`,
    `ening on ${ADDRESS}\nFor help, see: https://nodejs.org/learn/x\nnative war`,
    'ning\nDebugger attached.\n',
    'no end'
  ])
    from.write(piece)
  expect(await address).toBe(ADDRESS)
  from.end()
  await setImmediate()
  expect(shown()).toBe('before\nnative warning\nno end')
})

test('shows nothing itself where nothing was shown', async () => {
  const { from, to, shown } = pipes(false)
  const address = divertInspectorLines(from, to)
  from.write(`a line\nDebugger listening on ${ADDRESS}\n`)
  expect(await address).toBe(ADDRESS)
  expect(shown()).toBe('')
})

test('believes no address of another machine', async () => {
  const { from, to, shown } = pipes(true)
  const address = divertInspectorLines(from, to)
  from.write(`Debugger listening on ws://10.1.2.3:9229/9c3f\nDebugger listening on ${ADDRESS}\n`)
  expect(await address).toBe(ADDRESS)
  expect(shown()).toBe('')
})
