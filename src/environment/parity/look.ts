import { headOf, isListed } from '../facts/lookup.ts'
import type { Facts } from '../release.ts'

/** How one side has a fact: with a value, known not to be there, or not to be seen. */
export type Look =
  | { readonly is: 'seen'; readonly value: string }
  | { readonly is: 'missing' }
  /** `fact` is the list's head where the whole list could not be seen. */
  | { readonly is: 'unseen'; readonly fact: string; readonly why: string }

/** Looks up a fact. An item is missing only where its list is known to be complete. */
export function lookUp(facts: Facts, id: string): Look {
  const fact = facts.get(id)
  if (fact !== undefined) {
    return 'value' in fact ? { is: 'seen', value: fact.value } : { is: 'unseen', fact: id, why: fact.unseen }
  }
  const head = headOf(id)
  const list = facts.get(head)
  if (list !== undefined && 'unseen' in list) return { is: 'unseen', fact: head, why: list.unseen }
  if (!isListed(id)) return { is: 'unseen', fact: id, why: 'nothing told it' }
  return list === undefined ? { is: 'unseen', fact: head, why: 'nothing told its list' } : { is: 'missing' }
}

export function isSame(one: Look, other: Look): boolean {
  if (one.is === 'seen') return other.is === 'seen' && one.value === other.value
  return one.is === 'missing' && other.is === 'missing'
}

/** Whether those that see a fact see different ones. */
export function varies(looks: readonly Look[]): boolean {
  const [first, ...others] = looks.filter(({ is }) => is !== 'unseen')
  return first !== undefined && others.some((look) => !isSame(first, look))
}
