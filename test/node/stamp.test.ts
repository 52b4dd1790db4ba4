import { inspect, isDeepStrictEqual } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createStamp } from '../../src/node/stamp.ts'

test('each stamp has a value of its own for an object, until it is deleted', () => {
  const [names, sizes] = [createStamp<string>(), createStamp<number>()]
  const [one, other] = [{}, () => {}]
  names.set(one, 'a')
  names.set(one, 'b')
  sizes.set(one, 1)
  names.set(other, 'c')
  expect([names.get(one), sizes.get(one), names.get(other), sizes.get(other), names.get({})]).toEqual(['b', 1, 'c', undefined, undefined])
  names.delete(one)
  sizes.delete(other)
  expect([names.get(one), sizes.get(one), names.get(other)]).toEqual([undefined, 1, 'c'])
})

test('nobody else sees it', () => {
  const stamp = createStamp<string>()
  const objects = { plain: { a: 1 }, map: new Map([[1, 2]]), promise: Promise.resolve(1) }
  const before = inspect(objects, { showHidden: true })
  for (const object of Object.values(objects)) stamp.set(object, 'seen')
  expect(inspect(objects, { showHidden: true })).toBe(before)
  expect(Object.values(objects).flatMap((object) => Reflect.ownKeys(object))).toEqual(['a'])
  expect(isDeepStrictEqual(objects.plain, { a: 1 })).toBe(true)
  expect(structuredClone(objects.plain)).toEqual({ a: 1 })
})

test('objects that take no new fields have one, too', () => {
  const stamp = createStamp<string>()
  const objects = [Object.freeze({ a: 1 }), Object.seal([1]), Object.preventExtensions(() => {})]
  for (const [index, object] of objects.entries()) stamp.set(object, `${index}`)
  expect(objects.map((object) => stamp.get(object))).toEqual(['0', '1', '2'])
  for (const object of objects) stamp.delete(object)
  expect(objects.map((object) => stamp.get(object))).toEqual([undefined, undefined, undefined])
})

test('a value goes with its object', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const stamp = createStamp<object>()
  const [held, freed] = [{}, new WeakRef({})]
  stamp.set(held, { of: 'held' })
  stamp.set(freed.deref()!, { of: 'freed' })
  const value = new WeakRef(stamp.get(freed.deref()!)!)
  await new Promise((resolve) => setTimeout(resolve))
  collect()
  expect(value.deref()).toBeUndefined()
  expect(stamp.get(held)).toEqual({ of: 'held' })
})
