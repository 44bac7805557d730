import { z } from 'zod'

const Settings = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  PORT: z.coerce.number().int().min(1).max(65_535),
  /** Whoever shows it may ask for an extract. */
  ATLAS_API_TOKEN: z.string().min(16),
})

export type Settings = z.infer<typeof Settings>

/** What Atlas is told by its environment. Throws one error that names every variable that is missing or wrong. */
export function readSettings(variables: NodeJS.ProcessEnv = process.env): Settings {
  const { data, error } = Settings.safeParse(variables)
  if (error !== undefined) throw new Error(`Atlas cannot start:\n${z.prettifyError(error)}`)
  return data
}
