import type { Database } from './database.ts'
import { asTyped } from './spelling.ts'

export interface Place {
  /** GeoNames' own. */
  readonly id: number
  readonly name: string
  /** Two capital letters (ISO 3166). */
  readonly country: string
  /** 0 where nobody knows. */
  readonly population: number
  /** Degrees, as is the longitude. */
  readonly latitude: number
  readonly longitude: number
}

export interface Position {
  readonly latitude: number
  readonly longitude: number
}

const columns = 'id, name, country, population, latitude, longitude'

export async function countPlaces(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>('select count(*)::integer from places')
  return rows[0]?.count ?? 0
}

export async function findPlace(database: Database, id: number): Promise<Place | undefined> {
  const { rows } = await database.query<Place>(`select ${columns} from places where id = $1`, [id])
  return rows[0]
}

/** The ten nearest places, with their distance along the ground (haversine, in kilometres). */
export async function nearestPlaces(
  database: Database,
  { latitude, longitude }: Position,
): Promise<(Place & { kilometres: number })[]> {
  const { rows } = await database.query(
    `select ${columns},
            2 * 6371 * asin(sqrt(
              sind((latitude - $1) / 2) ^ 2 + cosd($1) * cosd(latitude) * sind((longitude - $2) / 2) ^ 2
            )) as kilometres
     from places order by kilometres limit 10`,
    [latitude, longitude],
  )
  return rows
}

/** The ten largest places whose name has this in it, however it is spelt: "zuri" finds Zürich. */
export async function searchPlaces(database: Database, typed: string): Promise<Place[]> {
  const part = asTyped(typed).replace(/[\\%_]/g, '\\$&')
  const { rows } = await database.query<Place>(
    `select ${columns} from places where search like $1 order by population desc, name limit 10`,
    [`%${part}%`],
  )
  return rows
}
