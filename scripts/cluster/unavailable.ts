// The one error that means "this machine cannot have the cluster": tests that meet it are skipped with its text.

export class Unavailable extends Error {
  override readonly name = 'Unavailable'
}
