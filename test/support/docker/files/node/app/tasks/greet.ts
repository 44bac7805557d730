import { defineScript } from 'purser'
import { z } from 'zod'

export default defineScript({
  name: 'greet',
  summary: 'Greets somebody, more than once if asked.',
  params: z.object({ name: z.string().min(2), times: z.int().positive().default(1) }),
  run({ params, progress }) {
    for (let done = 0; done < params.times; done += 1) {
      console.log(`Hello, ${params.name}.`)
      progress(done + 1, params.times, 'greetings')
    }
  },
})
