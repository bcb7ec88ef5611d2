import type { EmulatorFault } from 'nestjs-logto/emulator';

type Body = Record<string, unknown>;

/** A fault of the token endpoint that changes the body of its response. */
export function changedTokenResponse(change: (body: Body) => Body): EmulatorFault {
  return {
    transform: (response) => ({
      ...response,
      body: JSON.stringify(change(JSON.parse(response.body) as Body)),
    }),
  };
}
