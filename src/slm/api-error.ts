// Errors of the HTTP API, in the shape that OpenAI's clients expect.

export type ErrorType =
  | 'invalid_request_error'
  | 'not_found_error'
  | 'unavailable_error'
  | 'upstream_error'
  | 'server_error'

export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: ErrorType
    /** The request's field that is wrong, such as `messages[0].role`. */
    readonly param: string | null
    readonly code: string
  }
}

export interface ErrorParts {
  readonly status: 400 | 404 | 405 | 413 | 500 | 502 | 503
  readonly type: ErrorType
  readonly code: string
  readonly message: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown inside the API and answered as its status and body. */
export class ApiError extends Error {
  readonly parts: ErrorParts

  constructor(parts: ErrorParts) {
    super(parts.message)
    this.parts = parts
  }

  response(): Response {
    const { status, type, code, message, param, headers } = this.parts
    const body: ErrorBody = { error: { message, type, param: param ?? null, code } }
    return Response.json(body, { status, headers: { ...headers } })
  }
}

/** A request that cannot be answered as it stands. */
export function invalid(code: string, message: string, param?: string): ApiError {
  return new ApiError({
    status: 400,
    type: 'invalid_request_error',
    code,
    message,
    ...(param === undefined ? {} : { param }),
  })
}
