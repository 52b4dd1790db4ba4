import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { callAt, hasTwoArguments, useOf } from '../../../../src/session/source/syntax/call-value.ts'
import { parse } from '../../../../src/session/source/syntax/parse.ts'

/** The call at the `@` of a text. */
function callIn(text: string): NonNullable<ReturnType<typeof callAt>> {
  const before = text.slice(0, text.indexOf('@')).split('\n')
  const syntax = parse(text.replace('@', '').split('\n'))
  const call = syntax && callAt(syntax, before.length, before.at(-1)!.length + 1)
  if (call === undefined) throw new Error(`there is no call in ${text}`)
  return call
}

describe('a second argument', () => {
  test.each([
    ['save().@then(log, fail)'],
    ['save().@then((value) => log(value, 1), fail)'],
    ["save().@then((text) => text.replace(/'/g, ''), fail)"],
    ['save().@then((text) => text.split(/[/,)]/), fail)'],
    ['save().@then((total) => total / 2, fail).then((half) => half / 2)'],
    ['save().@then(() => `${list.join(")")})`, fail)'],
    ['save().@then(/* it (is */ log, fail)'],
    ['save().@then(\n  // done (\n  log,\n  fail\n)'],
    ['save().@then(...handlers)']
  ])('%s', (text) => {
    expect(hasTwoArguments(callIn(text))).toBe(true)
  })

  test.each([
    ['save().@then(log)'],
    ['save().@then(log,)'],
    ['save().@then((a, b) => [a, b])'],
    ["save().@then(() => ', ')"],
    ["save().@then((text) => text.replace(/[,)]/, ''))"],
    ['save().@then(/* a, b */ log)'],
    ['(save().@then(log), fail)'],
    ['tag@`text`']
  ])('none in %s', (text) => {
    expect(hasTwoArguments(callIn(text))).toBe(false)
  })
})

describe('what a call gives is', () => {
  test.each<[string, 'returned' | 'kept' | 'dropped']>([
    ['const saving = @save()', 'kept'],
    ['saving = @save()', 'kept'],
    ['let { saving = @save() } = {}', 'kept'],
    ['queue.push(@save())', 'kept'],
    ['new Queue(@save())', 'kept'],
    ['queue.all = [...jobs, @save()]', 'kept'],
    ['use({ saving: @save() })', 'kept'],
    ['class Job { saving = @save() }', 'kept'],
    ['function* jobs() { yield @save() }', 'kept'],
    ['const saving = ready ? @save() : undefined', 'kept'],
    ['const user = (await @save()).user', 'kept'],
    ['export default @save()', 'kept'],
    ['return @save()', 'returned'],
    ['return await @save()', 'returned'],
    ['return kit.save(user).@then(log)', 'returned'],
    ['return kit.@save(user).then(log)', 'returned'],
    ['return ready && @save()', 'returned'],
    ['return ready\n  ? first()\n  : kit\n    .@save()', 'returned'],
    ['const later = () => @save()', 'returned'],
    ['const later = () => (log(), @save())', 'returned'],
    ['return [first(), @save()]', 'returned'],
    ['return { saving: @save() }', 'kept'],
    ['@save()', 'dropped'],
    ['void @save()', 'dropped'],
    ['await @save()', 'dropped'],
    ['ready ? @save() : undefined', 'dropped'],
    ['ready && @save()', 'dropped'],
    ['if (a === b) @save()', 'dropped'],
    ['const user = a === b; @save()', 'dropped'],
    ['const later = () => { @save() }', 'dropped'],
    ['const all = list(user); all.@save()', 'dropped'],
    ["const text = '='; kit.@save(user)", 'dropped'],
    ['(async function () { log() })@()', 'dropped'],
    ['const running = (async () => { log() })@()', 'kept'],
    ['(0, kit.save)@(user)', 'dropped'],
    ['kit[name]@(user)', 'dropped'],
    ['@new Queue()', 'dropped'],
    ['const queue = @new Queue()', 'kept']
  ])('%s: %s', (text, use) => {
    expect(useOf(callIn(text))).toEqual({ returned: use === 'returned', kept: use !== 'dropped' })
  })
})

test('V8 places calls where they are looked for', () => {
  const calls = [
    'kit.save(look)',
    'look()',
    'kit[name](look)',
    'kit["save"](look)',
    'kit . save (look)',
    'kit.save(...[look])',
    '(0, kit.save)(look)',
    '(kit.save)(look)',
    '(look)()',
    'kit.maker()()',
    '(function (f) { f() })(look)',
    'kit.self().save(look)',
    'kit.self?.().save(look)',
    'kit?.save?.(look)',
    'kit?.["save"](look)',
    'new Kit(look)',
    'new Kit(...[look])',
    'look`text`',
    'kit.look`text`'
  ]
  const text = `const kit = { save: (f) => f(), self: () => kit, maker: () => look, look }; const name = 'save'\nfunction Kit(f) { f() }\n${calls.join('; ')}`
  const stacks: string[] = []
  runInNewContext(text, { look: () => void stacks.push(new Error('here').stack!) }, 'calls.js')
  const syntax = parse(text.split('\n'))!
  const found = stacks.map((stack) => {
    const { start, end } = callAt(syntax, 3, Number([...stack.matchAll(/calls\.js:3:(\d+)/g)].at(-1)![1]))!.node
    return text.slice(start, end)
  })
  expect(found).toEqual(calls)
})
