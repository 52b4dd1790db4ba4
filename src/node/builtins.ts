/**
 * Taken at load: tests replace `fs` functions. And not imported: in vm pools each context has its own copy of a builtin
 * module, made at the first import, and one that is made before our patches would keep the user's calls from them.
 */
export const { getBuiltinModule } = process

export const { closeSync, fstatSync, openSync, readFileSync, readlinkSync, readSync, unlinkSync, writeSync } = getBuiltinModule('node:fs')
