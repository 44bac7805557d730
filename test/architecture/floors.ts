import { guests, house, lightEntries, type RoomName, releaseSide } from './house.ts'
import { type Import, reachableFrom, type Source, type Sources } from './sources.ts'

/** Everything in these sources that breaks the table of the house, each in a sentence. */
export function floorViolations(sources: Sources): readonly string[] {
  return [
    ...[...sources.values()].flatMap((source) =>
      source.imports.flatMap((one) => importViolation(source, one)),
    ),
    ...[...sources.keys()]
      .filter((path) => roomOf(path) === undefined)
      .map((path) => `${path} is in no room.`),
    ...lightEntries.flatMap((entry) => loadViolations(sources, entry)),
    ...indexViolations(sources.get('index.ts')),
    ...releaseSideViolations(sources),
  ]
}

function importViolation({ path }: Source, { target, isOurs }: Import): readonly string[] {
  const from = roomOf(path)
  if (from === undefined) return []
  if (!isOurs) return mayVisit(target, from.name) ? [] : [`${path} imports ${target}, ${guestRule(target)}.`]
  const to = roomOf(target)
  if (to === undefined) return [`${path} imports ${target}, which is in no room.`]
  if (from.name === to.name) {
    return from.place === to.place ? [] : [`${path} imports ${target}, which is a sibling.`]
  }
  const { floor, mayImport } = house[from.name]
  if (mayImport.includes(to.name)) return []
  return [
    `${path} (${from.name}, floor ${floor}) imports ${target} (${to.name}, floor ${house[to.name].floor}).`,
  ]
}

function mayVisit(target: string, room: RoomName): boolean {
  const rooms = guests[target]
  return rooms === undefined ? target.startsWith('node:') : rooms.includes(room)
}

function guestRule(target: string): string {
  const rooms = guests[target]
  return rooms === undefined ? 'which is on no list of guests' : `which only ${rooms.join(', ')} may`
}

/** The room, and the folder or file that the path stands for in it: backends share a room and are strangers. */
function roomOf(path: string): { name: RoomName; place: string } | undefined {
  for (const name of Object.keys(house) as RoomName[]) {
    for (const held of house[name].holds) {
      const place = placeIn(held, path)
      if (place !== undefined) return { name, place }
    }
  }
  return undefined
}

function placeIn(held: string, path: string): string | undefined {
  if (held.endsWith('*/')) {
    const pattern = new RegExp(`^${held.replace('*', '[^/]+')}`)
    return pattern.exec(path)?.[0]
  }
  if (held.endsWith('/')) return path.startsWith(held) ? held : undefined
  // Contracts of one folder belong together; those of two do not know each other.
  return path === held ? path.slice(0, path.lastIndexOf('/') + 1) : undefined
}

/** An entry that starts fast loads no backend, and no package that only backends may import, before it is used. */
function loadViolations(sources: Sources, entry: string): readonly string[] {
  const loaded = reachableFrom(sources, entry, isEager)
  const backends = loaded.filter(({ path }) => roomOf(path)?.name === 'backends').map(({ path }) => path)
  const heavy = loaded.flatMap(({ imports }) => imports.filter((one) => isEager(one) && isHeavy(one.target)))
  return [...backends, ...heavy.map(({ target }) => target)].map(
    (what) => `${entry} loads ${what} as soon as it is imported.`,
  )
}

function isEager({ typeOnly, lazy }: Import): boolean {
  return !typeOnly && !lazy
}

function isHeavy(target: string): boolean {
  return guests[target]?.every((room) => room === 'backends') ?? false
}

// What users write tasks with. It loads nothing.
const taskWords = /^(?:define[A-Z]\w*|sql)$/

function indexViolations(index: Source | undefined): readonly string[] {
  return (index?.exports ?? [])
    .filter(({ name, typeOnly }) => !typeOnly && !taskWords.test(name))
    .map(({ name }) => `index.ts exports ${name}, which is neither a type nor what tasks are written with.`)
}

function releaseSideViolations(sources: Sources): readonly string[] {
  const { entry, lacks } = releaseSide
  return reachableFrom(sources, entry, ({ typeOnly }) => !typeOnly).flatMap(
    ({ path, imports, identifiers }) => [
      ...imports
        .filter(({ target, typeOnly }) => !typeOnly && lacks.modules.some((module) => module === target))
        .map(({ target }) => `${path} is on the release side and imports ${target}, which Node 20 lacks.`),
      ...[...identifiers]
        .filter((name) => lacks.names.test(name))
        .map((name) => `${path} is on the release side and uses ${name}, which Node 20 lacks.`),
    ],
  )
}
