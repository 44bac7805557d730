import { Bug } from '../../core/errors.ts'
import { kinds } from './index.ts'
import type { Kind } from './kind.ts'

const byId = new Map(kinds.map((kind) => [kind.id, kind]))

/** The head of the list of variables, which are no kind's alone. */
const variables = 'variables'

/** The name of the variable that a fact is about; `undefined` for other facts. */
export function variableOf(fact: string): string | undefined {
  return fact.startsWith(`${variables}:`) ? fact.slice(variables.length + 1) : undefined
}

/** What stands before a fact's first colon: a kind's id, or `variables`. */
export function headOf(fact: string): string {
  const colon = fact.indexOf(':')
  return colon === -1 ? fact : fact.slice(0, colon)
}

/** Whether a fact is the head of a list, which says nothing but that the list is complete. */
export function isHead(fact: string): boolean {
  return headOf(fact) === fact && isListed(fact)
}

/** Whether a fact is a part of a list. */
export function isListed(fact: string): boolean {
  const head = headOf(fact)
  return head === variables || byId.get(head)?.list === true
}

/** Whether a fact of this id belongs to some kind. */
export function isKnownFact(fact: string): boolean {
  const head = headOf(fact)
  return head === variables || byId.has(head)
}

/** The kind that a fact belongs to; `undefined` for a variable that no kind claims, and for ids of no kind. */
export function kindOfFact(fact: string): Kind | undefined {
  const variable = variableOf(fact)
  return variable === undefined ? byId.get(headOf(fact)) : claimant(variable)
}

/** The kind that a variable of this name belongs to, other than those of variables as such. */
export function claimant(name: string): Kind | undefined {
  return kinds.find((kind) => kind.variables?.test(name) === true)
}

/** Throws `Bug` for an id of no kind. */
export function kindById(id: string): Kind {
  const kind = byId.get(id)
  if (kind === undefined) throw new Bug(`There is no kind of fact "${id}".`)
  return kind
}
