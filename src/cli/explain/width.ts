// How wide explanations are printed.

/** The terminal's width within reason; a file or pipe gets one that suits both. */
export function outputWidth(stream: NodeJS.WriteStream): number {
  return stream.isTTY ? Math.max(60, Math.min(stream.columns, 140)) : 120
}
