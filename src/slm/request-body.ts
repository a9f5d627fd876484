// Reads the body of a request as JSON, within a bound.
import { ApiError, invalid } from './api-error.ts'

export const MOST_BODY_BYTES = 256 * 1024
/** What is read and dropped beyond the bound, so that a client which sends first and reads later still gets its answer. */
const MOST_DROPPED_BYTES = 16 * 1024 * 1024

export async function jsonBody(request: Request): Promise<unknown> {
  const pieces: Uint8Array[] = []
  let length = 0
  if (request.body) {
    for await (const piece of request.body) {
      length += piece.byteLength
      if (length > MOST_DROPPED_BYTES) break
      if (length <= MOST_BODY_BYTES) pieces.push(piece)
    }
  }
  if (length > MOST_BODY_BYTES) {
    throw new ApiError({
      status: 413,
      type: 'invalid_request_error',
      code: 'body_too_large',
      message: `the body must not be larger than ${MOST_BODY_BYTES} bytes`,
    })
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown
  } catch {
    throw invalid('invalid_json', 'the body is not JSON')
  }
}
