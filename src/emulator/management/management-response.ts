/** A response of the Management API. */
export interface ManagementResponse<Status extends number = number, Body = unknown> {
  status: Status;
  body: Body;
  headers?: Record<string, string>;
}

export function ok<Body>(body: Body): ManagementResponse<200, Body> {
  return { status: 200, body };
}

/** Without a body Logto sends the text "Created". */
export function created<Body = undefined>(body?: Body): ManagementResponse<201, Body> {
  return { status: 201, body: body as Body };
}

export function noContent(): ManagementResponse<204, undefined> {
  return { status: 204, body: undefined };
}
