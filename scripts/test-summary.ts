import type { Reporter, TestModule } from 'vitest/node'

/**
 * Prints `N passed, N failed` as the run's last line. A test that was skipped counts as failed in CI; a file that could
 * not be loaded, an error outside any test, and a run that did not begin count as failed everywhere.
 */
export default class TestSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const { passed, failed, skipped } = countTests(modules)
    const unskippable = process.env.CI === undefined ? 0 : skipped
    const failures = failed + errors.length + unskippable
    if (skipped > 0)
      console.log(`${skipped} skipped${unskippable > 0 ? ', which counts as failed in CI' : ''}`)
    if (failures > 0) process.exitCode = 1
    process.once('exit', (code) => {
      console.log(`${passed} passed, ${code === 0 ? failures : Math.max(1, failures)} failed`)
    })
  }
}

function countTests(modules: readonly TestModule[]) {
  const states = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => test.result().state),
  )
  const of = (state: string) => states.filter((one) => one === state).length
  const broken = modules.filter((module) => module.errors().length > 0).length
  return { passed: of('passed'), failed: of('failed') + of('pending') + broken, skipped: of('skipped') }
}
