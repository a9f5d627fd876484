// What the program's exit code says, and how a command returns it.

/** Everything is as it should be. */
export const CLEAN = 0
/** Findings, a refuted claim, or a policy that is not enforced. */
export const FINDINGS = 1
/** The input or the command line cannot be used. */
export const UNUSABLE = 2
/** This machine or cluster lacks something that the command needs. */
export const ENVIRONMENT = 3
/** A mistake in the program itself. */
export const INTERNAL = 70

export type ExitCode = typeof CLEAN | typeof FINDINGS | typeof UNUSABLE | typeof ENVIRONMENT | typeof INTERNAL

/** Makes a commander action of a function that returns its exit code. */
export function exits<Arguments extends unknown[]>(
  body: (...args: Arguments) => ExitCode | Promise<ExitCode>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    process.exitCode = await body(...args)
  }
}
