import { execFileSync } from 'node:child_process'
import { pbkdf2Sync } from 'node:crypto'
import { readFileSync } from 'node:fs'

export function sortAll(items) {
  const copy = [...items]
  copy.sort((a, b) => byName(a, b)) // DEP dependency-sort
  return copy
}

function byName(a, b) {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.rank - b.rank // DEP dependency-sort
}

export function cloneAll(value) {
  if (Array.isArray(value)) return value.map((each) => cloneAll(each)) // DEP dependency-clone
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cloneAll(each)])) // DEP dependency-clone
}

export function loadAll(path) {
  return readFileSync(path) // DEP dependency-read
}

export function signAll(iterations) {
  return pbkdf2Sync('password', 'salt', iterations, 64, 'sha512') // DEP dependency-sign
}

export function runTool(args) {
  return execFileSync(process.execPath, args) // DEP dependency-process
}

export function isWord(text) {
  return /^(\w+)+$/.test(text) // DEP dependency-regexp
}

export function sumOfRoots(rounds) {
  let sum = 0
  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i) // DEP emit-dependency
  return sum
}

export function listenAll(emitter, event, count, rounds) {
  for (let i = 0; i < count; i++) emitter.on(event, () => sumOfRoots(rounds))
}
