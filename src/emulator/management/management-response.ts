/** A response of the Management API. */
export interface Answer<Status extends number = number, Body = unknown> {
  status: Status;
  body: Body;
  headers?: Record<string, string>;
}

export function ok<Body>(body: Body): Answer<200, Body> {
  return { status: 200, body };
}

/** Without a body Logto sends the text "Created". */
export function created<Body = undefined>(body?: Body): Answer<201, Body> {
  return { status: 201, body: body as Body };
}

export function noContent(): Answer<204, undefined> {
  return { status: 204, body: undefined };
}
