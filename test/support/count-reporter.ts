// The last lines of the suite: what was skipped, by name and reason, then the count, plain.
// With SKYEDGE_TEST_ALL=1 (as in CI) a skipped test fails the run: there everything it needs is installed.

import type { Reporter, TestCase, TestModule } from 'vitest/node'

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<unknown>): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const by = (state: string) => tests.filter((test: TestCase) => test.result().state === state)
    const broken = modules.filter((module) => module.errors().length > 0).length
    const skipped = by('skipped')
    for (const test of skipped) console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}`)
    const failed = by('failed').length + broken + errors.length
    if (skipped.length > 0 && process.env.SKYEDGE_TEST_ALL === '1') {
      console.log('SKYEDGE_TEST_ALL=1: a skipped test counts as a failure of the run')
      process.exitCode = 1
    }
    console.log(`${by('passed').length} passed, ${failed} failed, ${skipped.length} skipped`)
  }
}
