import { errorHelp } from '../help-pages.js';
import type { ManagementErrorCode } from '../logto.error-codes.js';
import { LogtoException } from '../logto.exceptions.js';

/** The body of an error response of the Management API. */
export interface ManagementErrorBody {
  code: ManagementErrorCode;
  message: string;
  data?: unknown;
}

/**
 * The Management API refused a request. `code` is Logto's own, for example `user.username_already_in_use`, or
 * `management_api_refused` if the response has none. The status is Logto's, except that 401 and redirects (3xx)
 * become 500: the app is misconfigured, and its user cannot fix that.
 */
export class LogtoManagementException extends LogtoException {
  /** The HTTP status of Logto's response. */
  readonly logtoStatus: number;

  /** `data` of Logto's response: more about the error. */
  readonly data: unknown;

  constructor(logtoStatus: number, body: ManagementErrorBody | undefined) {
    const isForbidden = logtoStatus === 401 || logtoStatus === 403;
    const refused = `The Management API refused the request with the status ${logtoStatus}`;
    const reason = body ? `${refused}: ${body.message}` : `${refused}.`;
    super(body?.code ?? 'management_api_refused', isForbidden ? `${reason} ${accessRemedy}` : reason, {
      status: logtoStatus === 401 || logtoStatus < 400 ? 500 : logtoStatus,
      transient: logtoStatus === 429,
      needsOperator: isForbidden || logtoStatus < 400,
      publicMessage: isForbidden ? undefined : 'The request was rejected.',
      help: errorHelp('management_api_refused'),
    });
    this.logtoStatus = logtoStatus;
    this.data = body?.data;
  }
}

const accessRemedy =
  'Assign a role with access to the Management API to the machine-to-machine application in Logto Console > ' +
  'Applications > the application > Roles.';
