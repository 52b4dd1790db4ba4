import { describe, expect, test } from 'vitest'
import { createMarkedPlaces } from '../../../src/session/source/marked-places.ts'
import { sampleScripts } from './sample-scripts.ts'

const OWN = '/project/src/app.ts'

/** Whether the line of the place `@` is all that may have taken the time; with another function around, at `@` of that one. */
function isLine(...texts: string[]): boolean {
  const files = Object.fromEntries(
    texts.map((text, index) => [index === 0 ? OWN : `/project/src/caller${index}.ts`, text.replace('@', '')])
  )
  const { sources } = sampleScripts(files)
  const frames = texts.map((text, index) => {
    const before = text.slice(0, text.indexOf('@')).split('\n')
    return { functionName: '', url: Object.keys(files)[index]!, line: before.length, column: before.at(-1)!.length + 1 }
  })
  return createMarkedPlaces(sources).isLineOfWork(frames, 0)
}

describe('the line where async work was started after a stall', () => {
  test.each<[string, string]>([
    ['is all there is', 'function handler(request, response) {\n  const name = request.name\n  response.@json({ name })\n}'],
    ['has the work in it', 'function handler(request, response) {\n  response.@json(kit.render(rows))\n}'],
    ['comes right after a wait', 'async function handler() {\n  kit.render(rows)\n  await load()\n  response.@json(kit.render(rows))\n}'],
    ['is in a loop that has nothing else', 'function handler() {\n  for (const row of rows) queue.@add(kit.render(row))\n}'],
    ['has work behind it', 'function handler() {\n  response.@json(rows)\n  kit.render(rows)\n}'],
    [
      'has a function before it that it does not call',
      'function handler() {\n  const later = () => kit.render(rows)\n  response.@json(rows)\n}'
    ]
  ])('%s', (_name, text) => {
    expect(isLine(text)).toBe(true)
  })

  test.each<[string, string]>([
    ['comes after a call', 'function handler() {\n  const html = kit.render(rows)\n  response.@send(html)\n}'],
    ['comes after a loop', 'function handler() {\n  for (const row of rows) sum += row\n  response.@send(sum)\n}'],
    ['comes after `new`', 'function handler() {\n  const page = new Page(rows)\n  response.@send(page)\n}'],
    [
      'comes after a wait that may not have been',
      'async function handler() {\n  kit.render(rows)\n  if (slow) { await load() }\n  response.@send(1)\n}'
    ],
    [
      'is in a loop with a call behind it',
      'function handler() {\n  for (const row of rows) {\n    queue.@add(row)\n    kit.render(row)\n  }\n}'
    ],
    [
      'calls a function of the same file, which has lines of its own',
      'const render = () => {}\nfunction handler() {\n  response.@send(render(rows))\n}'
    ],
    ['is of a module', 'kit.setUp()\napp.@listen(0)'],
    ['is in no JavaScript', 'function handler( {\n  response.@send(1)\n}']
  ])('%s', (_name, text) => {
    expect(isLine(text)).toBe(false)
  })

  const INNER = 'function send(response) {\n  response.@json(1)\n}'
  test.each<[string, string, boolean]>([
    ['only that call', 'function handler() {\n  app.@send(response)\n}', true],
    ['something before it', 'function handler() {\n  kit.render(rows)\n  app.@send(response)\n}', false],
    ['something among its arguments', 'function handler() {\n  app.@send(kit.render(rows))\n}', false],
    ['a wait for it, which began before', 'async function handler() {\n  kit.render(rows)\n  @await app.send(response)\n}', true]
  ])('with a caller that has %s', (_name, caller, is) => {
    expect(isLine(INNER, caller)).toBe(is)
  })
})
