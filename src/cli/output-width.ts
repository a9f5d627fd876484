// How wide text is printed.

/** The terminal's width within reason, where it tells one; a file or pipe gets one that suits both. */
export function outputWidth(stream: NodeJS.WriteStream, otherwise = 120): number {
  return stream.isTTY && stream.columns > 0 ? Math.max(60, Math.min(stream.columns, 140)) : otherwise
}
