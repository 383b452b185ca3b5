// Reads every *.automerge file of a folder with the official JavaScript library and prints what it says:
// file → key → { value, candidates: { actor: value } }. Values carry their type, because JSON has no bytes.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [, , library, folder] = process.argv
const A = createRequire(join(library, 'package.json'))('@automerge/automerge')

function tagged(value) {
  if (value === null) return ['null', '']
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('hex')]
  if (A.isImmutableString(value)) return ['str', value.toString()]
  if (typeof value === 'string') return ['text', value]
  if (typeof value === 'boolean') return ['bool', String(value)]
  if (typeof value === 'number' || typeof value === 'bigint') return ['int', String(value)]
  throw new Error('a value of a type that we never write: ' + typeof value)
}

const said = {}
for (const name of readdirSync(folder).filter((n) => n.endsWith('.automerge'))) {
  const doc = A.load(readFileSync(join(folder, name)))
  said[name] = { heads: A.getHeads(doc).sort(), keys: {} }
  for (const key of Object.keys(doc)) {
    const candidates = {}
    for (const [operation, value] of Object.entries(A.getConflicts(doc, key) ?? {})) {
      // Among conflicts the library gives a scalar string as a plain one; texts never stand in conflict.
      candidates[operation.split('@')[1]] = typeof value === 'string' ? ['str', value] : tagged(value)
    }
    said[name].keys[key] = { value: tagged(doc[key]), candidates }
  }
}
console.log(JSON.stringify(said))
