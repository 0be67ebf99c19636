import { beforeEach, TestRunner, type RunnerTestSuite } from 'vitest'

/**
 * A test that is tried again meets nothing that its first attempt, or a test before it, left: what its file and its
 * `describe`s set up is ended and set up anew. So no test may need what another one did. Tests that run at once share
 * what is set up, so theirs is kept.
 */
beforeEach(async ({ task }) => {
  if (!task.result?.retryCount || task.concurrent) return
  // Outermost first.
  const suites: RunnerTestSuite[] = []
  for (let suite = task.suite; suite; suite = suite.suite) suites.unshift(suite)
  if (suites[0] !== task.file) suites.unshift(task.file)
  for (const suite of suites.toReversed()) {
    for (const end of TestRunner.getSuiteHooks(suite).afterAll.toReversed()) await end(suite)
  }
  for (const suite of suites) {
    for (const begin of TestRunner.getSuiteHooks(suite).beforeAll) await begin(suite)
  }
  // Each of them has a time-out of its own.
}, 0)
