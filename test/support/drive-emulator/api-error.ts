/**
 * Errors in the form of the Drive API ("Resolve errors" of its guides): `error.errors[0].reason` is what clients decide by.
 */

/** Thrown by routes, turned into an answer by the server. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly options: { readonly location?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
  }

  /** The JSON body. */
  body(): unknown {
    const { location } = this.options;
    return {
      error: {
        code: this.status,
        message: this.message,
        errors: [
          {
            message: this.message,
            domain: domains[this.reason] ?? 'global',
            reason: this.reason,
            ...(location ? { location, locationType: 'parameter' } : {}),
          },
        ],
      },
    };
  }
}

const domains: Readonly<Record<string, string>> = {
  storageQuotaExceeded: 'usageLimits',
  quotaExceeded: 'usageLimits',
  rateLimitExceeded: 'usageLimits',
  userRateLimitExceeded: 'usageLimits',
  dailyLimitExceeded: 'usageLimits',
};

/** Reasons that the guide gives with each status; for scripted faults that name only a status. */
export function usualReason(status: number): string {
  const reasons: Readonly<Record<number, string>> = {
    400: 'badRequest',
    401: 'authError',
    403: 'userRateLimitExceeded',
    404: 'notFound',
    408: 'requestTimeout',
    429: 'rateLimitExceeded',
    500: 'internalError',
  };
  return reasons[status] ?? 'backendError';
}

export function fileNotFound(id: string): ApiError {
  return new ApiError(404, 'notFound', `File not found: ${id}.`, { location: 'fileId' });
}

export function invalid(parameter: string, message = `Invalid value for ${parameter}`): ApiError {
  return new ApiError(400, 'invalid', message, { location: parameter });
}

export function quotaExceeded(): ApiError {
  return new ApiError(403, 'storageQuotaExceeded', "The user's Drive storage quota has been exceeded.");
}

export function notPermitted(): ApiError {
  return new ApiError(
    403,
    'insufficientFilePermissions',
    'The user does not have sufficient permissions for this file.',
  );
}
