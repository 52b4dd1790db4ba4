import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { formatCodeFrame, type CodeFrameStyle } from '../../../src/report/terminal/code-frame.ts'
import { textWidth } from '../../../src/report/terminal/text-fit.ts'

const style: CodeFrameStyle = { color: false, width: 40, ellipsis: '…' }
const at = (line: number, column = 1) => ({ file: 'a.ts', line, column })

test('marks the line between its neighbours', () => {
  expect(draw('one\ntwo\nthree\nfour', at(2))).toBe(['  1 | one', '> 2 | two', '  3 | three'].join('\n'))
})

test('the first and the last line have one neighbour', () => {
  expect(draw('one\ntwo', at(1))).toBe('> 1 | one\n  2 | two')
  expect(draw('one\ntwo', at(2))).toBe('  1 | one\n> 2 | two')
})

test('a line that the source has not gives no frame', () => {
  expect(draw('one', at(2))).toBe('')
  expect(draw('one', at(0))).toBe('')
})

test('shared indentation and tabs do not take room', () => {
  expect(draw('\t\tif (a) {\n\t\t\tb()\n\n', at(2))).toBe(['  1 | if (a) {', '> 2 |   b()', '  3 |'].join('\n'))
})

test('long lines are cut, and a far column is scrolled to', () => {
  const minified = `${'a();'.repeat(50)}block();${'b()'.repeat(50)}`
  expect(draw(minified, at(1, 201))).toMatchInlineSnapshot(`"> 1 | …);a();a();block();b()b()b()b()b(…"`)
})

test('colours are closed at the cut, and wide characters are counted as two', () => {
  const [line = ''] = formatCodeFrame(`const a = '${'漢字'.repeat(30)}'`, at(1), { ...style, color: true })
  const bare = stripVTControlCharacters(line)
  // Green for the string, which is open at the cut, and the default after it.
  expect(line.endsWith('漢…\x1b[39m')).toBe(true)
  expect(textWidth(bare)).toBeLessThanOrEqual(40)
})

test('escape sequences in code are not passed on', () => {
  expect(draw("log('\x1b[31mred')", at(1))).toBe("> 1 | log('red')")
})

function draw(source: string, location: ReturnType<typeof at>): string {
  return formatCodeFrame(source, location, style).join('\n')
}
